/** One thing that two documents of one VM tell differently. */
export type Difference = {
  /** Where it stands: `devices/disk[vdb]/source`. */
  readonly path: string
  /** In human words: `memory`, `disk vdb`; the path where there are none. */
  readonly field: string
  /** With its unit; `undefined`: was not there. A secret is never shown. */
  readonly before: string | undefined
  /** `undefined`: is gone. */
  readonly after: string | undefined
}

/** What changed from one domain document to another, in the document's order; nothing when they mean the same.
 *  Passwords never show: only that one changed. Throws `XmlError`. */
export function difference(_beforeXml: string, _afterXml: string): Difference[] {
  throw new Error('not there yet')
}

/** One line for people: `memory 2048 MiB → 4096 MiB`, `disk vdb added`. */
export function differenceLine(_one: Difference): string {
  throw new Error('not there yet')
}
