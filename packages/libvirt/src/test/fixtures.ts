import { readdirSync, readFileSync } from 'node:fs'

import { FrameReader, type Frame } from '../framing.ts'
import type { Recorded } from './recording.ts'

const folder = new URL('../../fixtures/', import.meta.url)

export type RecordedFrame = Recorded & { readonly file: string; readonly bytes: Buffer; readonly frame: Frame }

const daemons = JSON.parse(readFileSync(new URL('daemons.json', folder), 'utf8')) as Readonly<Record<string, string>>

/** The version of libvirt that a message was recorded with. */
export function daemonOf({ file }: RecordedFrame): string {
  const version = daemons[file]
  if (version === undefined) throw new Error(`fixtures/daemons.json does not say which libvirt ${file} is from`)
  return version
}

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
