/** A bound of a figure: with `ratio` on ours ÷ theirs, otherwise on ours alone. */
export type Target = { readonly of: 'ours' | 'ratio'; readonly atMost?: number; readonly atLeast?: number }

/** What a bench measured of one figure, one number a round. */
export type Measured = {
  readonly name: string
  readonly unit: string
  readonly ours: readonly number[]
  /** The other side, round by round. */
  readonly theirs?: readonly number[]
  readonly target?: Target
}

/** A figure as it is printed. `theirs` and `ratio` are null where there is one side, `target` and `holds` where no
 *  bound is set. `spread` is the distance between the quartiles of ours, divided by its median. */
export type Figure = {
  readonly name: string
  readonly ours: number
  readonly theirs: number | null
  readonly unit: string
  readonly ratio: number | null
  readonly spread: number
  readonly target: string | null
  readonly holds: boolean | null
}

/** Medians of both sides, their ratio, and whether the bound holds. */
export function toFigure({ name, unit, ours, theirs, target }: Measured): Figure {
  const [mine, other] = [median(ours), theirs === undefined ? null : median(theirs)]
  const ratio = other === null ? null : mine / other
  const judged = target?.of === 'ratio' ? ratio : mine
  return {
    name,
    ours: round(mine),
    theirs: other === null ? null : round(other),
    unit,
    ratio: ratio === null ? null : round(ratio),
    spread: round(mine === 0 ? 0 : (quantile(ours, 0.75) - quantile(ours, 0.25)) / Math.abs(mine)),
    target: target === undefined ? null : words(target, unit),
    // What could not be measured holds nothing.
    holds: target === undefined ? null : judged !== null && Number.isFinite(judged) && isWithin(judged, target),
  }
}

const isWithin = (value: number, { atMost = Infinity, atLeast = -Infinity }: Target): boolean =>
  value <= atMost && value >= atLeast

function words({ of, atMost, atLeast }: Target, unit: string): string {
  const bound = atMost === undefined ? `≥ ${atLeast}` : atLeast === undefined ? `≤ ${atMost}` : `${atLeast} … ${atMost}`
  return of === 'ratio' ? `${bound} ×` : `${bound} ${unit}`.trim()
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The value below which `part` of the values lie, linear between two of them. NaN for none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * part
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return low === undefined || high === undefined ? Number.NaN : low + (high - low) * (at - Math.floor(at))
}

const round = (value: number): number => Number(value.toPrecision(4))
