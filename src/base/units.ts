export type Bytes = number
export type Milliseconds = number
export type MiB = number

export const KiB = 1024
export const MiB = 1024 * 1024
export const GiB = 1024 * 1024 * 1024

const suffixes = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

/** A size as people read it, three digits and a unit: `6.2 GiB`, `465 MiB`. Shape: bytes in, text out. */
export function formatBytes(bytes: Bytes): string {
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < suffixes.length - 1) {
    value /= 1024
    unit++
  }
  const digits = value >= 100 || unit === 0 || Number.isInteger(value) ? 0 : 1
  return `${value.toFixed(digits)} ${suffixes[unit]}`
}

/** `27 s`, `2 min 20 s`, `3 h 5 min`, `2 d 4 h`. */
export function formatDuration(ms: Milliseconds): string {
  const s = Math.round(ms / 1000)
  if (s < 60) return ms < 10_000 && ms % 1000 !== 0 ? `${(ms / 1000).toFixed(1)} s` : `${s} s`
  if (s < 3600) return joined(Math.floor(s / 60), 'min', s % 60, 's')
  if (s < 86_400) return joined(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min')
  return joined(Math.floor(s / 86_400), 'd', Math.floor((s % 86_400) / 3600), 'h')
}

const joined = (a: number, unitA: string, b: number, unitB: string): string =>
  b === 0 ? `${a} ${unitA}` : `${a} ${unitA} ${b} ${unitB}`
