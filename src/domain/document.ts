/** A well-formed document that is not what was asked for. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError'
}
