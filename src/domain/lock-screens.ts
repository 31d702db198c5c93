import { parse, type XmlElement } from '@floe/xml'

const screens = (root: XmlElement): readonly XmlElement[] => root.all('devices/graphics')

/** Which of its screens have a password, in their order. Only a document read with the secure flag tells. */
export const passwordsOf = (secure: string): boolean[] =>
  screens(parse(secure).root).map((one) => one.attr('passwd') !== undefined)

/** The document with `password`, long expired, on each screen that had one: read without its secrets and defined again
 *  as it is, it would open those screens to whoever reaches their port. */
export function lockScreens(document: string, had: readonly boolean[], password: string): string {
  const { root } = parse(document)
  for (const [i, one] of screens(root).entries())
    if (had[i] === true) one.setAttr('passwd', password).setAttr('passwdValidTo', '2000-01-01T00:00:00')
  return root.toString()
}
