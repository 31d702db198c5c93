import type { Measured } from './figures.ts'

/** What a bench is given. */
export type Bed = {
  /** How often each side is measured. */
  readonly rounds: number
  /** One line of progress, on standard error. */
  readonly say: (line: string) => void
  /** The bundle's floe.mjs, built when it is first asked for: benches measure the product as it is run, not its source. */
  readonly program: () => Promise<string>
  /** What has to be undone at the end, however it ends. */
  readonly stack: AsyncDisposableStack
}

/** One bench: `floe bench NAME`. It needs no running Floe and leaves none. */
export type Bench = {
  readonly name: string
  /** What it measures, in one line for `--list`. */
  readonly title: string
  /** Rounds when nothing else is said. */
  readonly rounds: number
  run(bed: Bed): Promise<readonly Measured[]>
}

/** Measures both sides round by round, and changes each round who begins: a machine that gets slower or faster meanwhile
 *  does so for both. Each side answers its number, in any unit. */
export async function interleave(
  { rounds, say }: Pick<Bed, 'rounds' | 'say'>,
  sides: { readonly ours: (round: number) => Promise<number>; readonly theirs: (round: number) => Promise<number> },
): Promise<{ readonly ours: number[]; readonly theirs: number[] }> {
  const [ours, theirs]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    const mine = async () => ours.push(await sides.ours(round))
    const other = async () => theirs.push(await sides.theirs(round))
    for (const side of round % 2 === 0 ? [mine, other] : [other, mine]) await side()
    say(`round ${round + 1}/${rounds}: ours ${ours.at(-1)?.toFixed(1)}, theirs ${theirs.at(-1)?.toFixed(1)}`)
  }
  return { ours, theirs }
}
