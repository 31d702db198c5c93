/** The protocol's own limits (libvirt's remote protocol; seen on 9.0.0). Past them a daemon drops the connection,
 *  sometimes without a word, so this side refuses first. */
export const stringMax = 4 * 1024 * 1024
export const messageMax = 32 * 1024 * 1024 + 4
export const listMax = 16_384
/** What the C library puts into one stream packet: 262,144 bytes less the header and the length word. */
export const streamChunk = 262_120
