import { i64, struct, u32, withDefault } from '../xdr/schema.ts'

/** The body of a packet that stands for `length` bytes of zeros in a sparse stream. */
export const streamHole = struct({ length: i64, flags: withDefault(u32, 0) })
