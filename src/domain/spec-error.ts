import { FloeError } from '../base/errors.ts'

/** A spec that cannot become a document: which field, and a sentence with the remedy. */
export class SpecError extends FloeError {
  /** The field in the spec's own words: `disks[0].path`. */
  readonly field: string

  constructor(field: string, message: string, cause?: unknown) {
    super('spec_refused', 422, message, { field }, cause)
    this.name = 'SpecError'
    this.field = field
  }
}
