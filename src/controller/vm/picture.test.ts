import { inflateSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { toPng } from './picture.ts'

const ppm = (head: string, pixels: readonly number[]): Buffer => Buffer.concat([Buffer.from(head), Buffer.from(pixels)])

/** Type and data of each chunk of a PNG. */
function chunks(png: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at)
    found.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  return found
}

test('a picture becomes PNG with every pixel in its place', () => {
  const pixels = [255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3]
  const png = toPng(ppm('P6\n# by QEMU\n2 2\n255\n', pixels))
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n')
  const parts = chunks(png)
  expect([...parts.keys()]).toEqual(['IHDR', 'IDAT', 'IEND'])
  expect([parts.get('IHDR')!.readUInt32BE(0), parts.get('IHDR')!.readUInt32BE(4)]).toEqual([2, 2])
  expect([...inflateSync(parts.get('IDAT')!)]).toEqual([0, ...pixels.slice(0, 6), 0, ...pixels.slice(6)])
})

test('what is PNG already goes through as it is', () => {
  const png = Buffer.from('\x89PNG\r\n\x1a\nwhatever', 'latin1')
  expect(toPng(png)).toBe(png)
})

test('anything else is refused: no picture, cut off, or larger than a screen', () => {
  for (const bad of ['', 'GIF89a', 'P6\n2 2\n65535\n', 'P6\n-1 2\n255\n'])
    expect(() => toPng(Buffer.from(bad))).toThrow('neither PNG nor PPM')
  expect(() => toPng(ppm('P6\n2 2\n255\n', [0, 0, 0]))).toThrow('cut off')
  expect(() => toPng(ppm('P6\n99999 99999\n255\n', [0, 0, 0]))).toThrow('cut off')
})
