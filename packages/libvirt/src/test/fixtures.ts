import { readdirSync, readFileSync } from 'node:fs'

import { FrameReader, type Frame } from '../framing.ts'
import type { Recorded } from './recording.ts'

const folder = new URL('../../fixtures/', import.meta.url)

export type RecordedFrame = Recorded & { readonly file: string; readonly bytes: Buffer; readonly frame: Frame }

/** Every message that was recorded between virsh and a real libvirtd. */
export function recordedFrames(): readonly RecordedFrame[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .flatMap((file) =>
      readFileSync(new URL(file, folder), 'utf8')
        .trim()
        .split('\n')
        .map((line) => {
          const recorded = JSON.parse(line) as Recorded
          const bytes = Buffer.from(recorded.hex, 'hex')
          const [frame] = [...new FrameReader().feed(bytes)]
          return { ...recorded, file, bytes, frame: frame! }
        }),
    )
}
