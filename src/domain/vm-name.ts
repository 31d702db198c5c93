/** Why this cannot be a VM's name, as a sentence; nothing if it can. Names stand in paths, host names and commands. */
export function vmNameProblem(name: string): string | undefined {
  if (name === '') return 'The name is empty.'
  if (name.length > 63) return `The name has ${name.length} characters; at most 63 are possible.`
  if (!/^[A-Za-z0-9]/.test(name)) return 'The name begins with a letter or a digit.'
  if (!/^[A-Za-z0-9._-]+$/.test(name)) return 'The name has only letters (a-z, A-Z), digits, ".", "_" and "-".'
  return undefined
}
