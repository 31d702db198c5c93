import { formatBytes, formatDuration, MiB } from '../../base/units.ts'

export const size = (bytes: number | null | undefined): string | undefined =>
  bytes === null || bytes === undefined ? undefined : formatBytes(bytes)

export const memory = (memoryMiB: number): string => formatBytes(memoryMiB * MiB)

const two = (value: number): string => `${value}`.padStart(2, '0')

/** `2026-11-21 19:04:05`, in the machine's zone. */
export function when(time: string | null | undefined): string | undefined {
  if (time === null || time === undefined) return undefined
  const at = new Date(time)
  if (Number.isNaN(at.getTime())) return time
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

export function took(from: string | null, to: string | null, nowMs: number): string | undefined {
  if (from === null) return undefined
  return formatDuration(Math.max(0, (to === null ? nowMs : Date.parse(to)) - Date.parse(from)))
}
