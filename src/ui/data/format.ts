/** Quantities and times as people read them. Quantities stay in one unit until they get here. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const

const digits = (value: number): string => {
  if (value >= 100) return value.toFixed(0)
  if (value === 0) return '0'
  return value.toFixed(value >= 10 ? 1 : 2).replace(/\.?0+$/, '')
}

const split = (value: number): { figure: number; unit: number } => {
  let unit = 0
  let figure = value
  while (figure >= 1024 && unit < units.length - 1) {
    figure /= 1024
    unit++
  }
  return { figure, unit }
}

/** Three digits and a unit: "6.2 GiB". A dash for what is not known or does not apply. */
export const bytes = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return '–'
  const { figure, unit } = split(value)
  return `${digits(figure)} ${units[unit]}`
}

export const mebibytes = (value: number): string => bytes(value * 1024 * 1024)

/** Used and given in one unit, the larger one's: "6.1 / 8 GiB". */
export const usedOf = (used: number, all: number): string => {
  const { unit } = split(all)
  return `${digits(used / 1024 ** unit)} / ${digits(all / 1024 ** unit)} ${units[unit]}`
}

const steps: readonly [seconds: number, one: string, many: string][] = [
  [365 * 86_400, 'year', 'years'],
  [30 * 86_400, 'month', 'months'],
  [86_400, 'day', 'days'],
  [3600, 'h', 'h'],
  [60, 'min', 'min'],
]

const spanWords = (seconds: number): string => {
  for (const [length, one, many] of steps) {
    const count = Math.floor(seconds / length)
    if (count >= 1) return `${count} ${count === 1 ? one : many}`
  }
  return `${Math.max(0, Math.floor(seconds))} s`
}

/** How long something has lasted: "41 days", "2 h". */
export const span = (from: string, now: number): string => spanWords((now - Date.parse(from)) / 1000)

/** How long ago: "24 min ago"; the last ten seconds are "now". */
export const ago = (at: string, now: number): string => {
  const seconds = (now - Date.parse(at)) / 1000
  return seconds < 10 ? 'now' : `${spanWords(seconds)} ago`
}

/** How long something took: "0.4 s", "27 s", "2 min 20 s". */
export const took = (from: string, to: string): string => {
  const seconds = Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)
  if (seconds < 0.05) return 'below 0.1 s'
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${Math.round(seconds - minutes * 60)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** The time of day with seconds, in the reader's zone: "14:05:48". */
export const clockTime = (at: string | number): string =>
  new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** Date, time and zone, for hovering and copies. */
export const exactTime = (at: string): string =>
  new Date(at).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  })

/** "1 VM", "3 VMs". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`
