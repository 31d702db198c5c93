import { crc32, deflateSync } from 'node:zlib'

/** A picture as PNG: QEMU before 7.1 or libvirt may answer with PPM, which no browser shows.
 *  Source: the PPM format (P6, 8 bits), RFC 2083. Throws RangeError for anything else. */
export function toPng(picture: Buffer): Buffer {
  if (picture.subarray(0, 4).toString('latin1') === '\x89PNG') return picture
  const { width, height, pixels } = readPpm(picture)
  const row = width * 3
  const lines = Buffer.alloc((row + 1) * height) // each line begins with its filter: none
  for (let y = 0; y < height; y++) pixels.copy(lines, y * (row + 1) + 1, y * row, (y + 1) * row)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8) // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const sideMax = 16_384

function readPpm(picture: Buffer): { width: number; height: number; pixels: Buffer } {
  const head = /^P6\s+(?:#[^\n]*\n\s*)*(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(picture.subarray(0, 256).toString('latin1'))
  if (head === null) throw new RangeError('The screen is neither PNG nor PPM.')
  const [width, height] = [Number(head[1]), Number(head[2])]
  const pixels = picture.subarray(head[0].length)
  if (width > sideMax || height > sideMax || pixels.length < width * height * 3)
    throw new RangeError('The picture of the screen is cut off.')
  return { width, height, pixels }
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc32(body), body.length + 4)
  return out
}
