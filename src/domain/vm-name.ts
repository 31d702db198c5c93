/** Why this cannot be a VM's name, as a sentence; nothing if it can. */
export function vmNameProblem(_name: string): string | undefined {
  throw new Error('not there yet')
}
