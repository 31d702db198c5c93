import type { XmlElement } from '@floe/xml'

/** The children of an element by what tells each from its siblings: `disk[vda]`, `memory`; a second one of the same is
 *  counted: `video`, `video[2]`. */
export function keyed(parent: XmlElement): ReadonlyMap<string, XmlElement> {
  const seen = new Map<string, number>()
  const found = new Map<string, XmlElement>()
  for (const element of parent.children()) {
    const identity = identityOf(element)
    const base = identity === undefined ? element.name : `${element.name}[${identity}]`
    const count = (seen.get(base) ?? 0) + 1
    seen.set(base, count)
    const again = identity === undefined ? `${base}[${count}]` : `${element.name}[${identity} #${count}]`
    found.set(count === 1 ? base : again, element)
  }
  return found
}

type Identity = (element: XmlElement) => string | undefined

const attribute =
  (name: string): Identity =>
  (element) =>
    element.attr(name)
const inChild =
  (child: string, name: string): Identity =>
  (element) =>
    element.child(child)?.attr(name)

const identities: Readonly<Record<string, Identity>> = {
  disk: inChild('target', 'dev'),
  interface: (nic) => nic.child('mac')?.attr('address')?.toLowerCase(),
  filesystem: inChild('target', 'dir'),
  channel: inChild('target', 'name'),
  serial: inChild('target', 'port'),
  console: inChild('target', 'port'),
  parallel: inChild('target', 'port'),
  graphics: attribute('type'),
  input: (input) => join(input.attr('type'), input.attr('bus')),
  controller: (controller) => join(controller.attr('type'), controller.attr('index')),
  hostdev: (device) => {
    const address = device.at('source/address')
    return address?.attributes.map((one) => one.source).join(':')
  },
  feature: attribute('name'),
  timer: attribute('name'),
  vcpupin: attribute('vcpu'),
  iothreadpin: attribute('iothread'),
  cell: attribute('id'),
  seclabel: attribute('model'),
  entry: attribute('name'),
  parameter: attribute('name'),
}

// The signs of which paths are made would let a name pass for another place.
const identityOf = (element: XmlElement): string | undefined =>
  identities[element.name]?.(element)?.replaceAll(/[[\]@]/g, '_')

function join(...parts: readonly (string | undefined)[]): string | undefined {
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? undefined : known.join(' ')
}
