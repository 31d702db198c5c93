/** A spec that cannot become a document: which field, and a sentence with the remedy. */
export class SpecError extends Error {
  override readonly name = 'SpecError'
  /** The field in the spec's own words: `disks[0].path`. */
  readonly field: string

  constructor(field: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.field = field
  }
}
