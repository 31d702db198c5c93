/** Tells the pools that Floes make for their images: `floe` for a machine's first copy, `floe-` and eight digits of its id
 *  for others. A pool's document has no room for a marker, so the name is all that tells. */
export const isPoolOfFloe = (name: string): boolean => /^floe(-[0-9a-f]{8})?$/.test(name)
