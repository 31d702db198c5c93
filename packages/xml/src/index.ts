/** An element of a lossless tree. */
export type XmlElement = { readonly name: string }
