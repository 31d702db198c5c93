/** The lines of "floe up": one for each step, numbered on from what the shell entry did. */
export type Steps = {
  /** Says what is being done, does it, and says how it went on the same line. */
  run<T>(title: string, work: () => Promise<T>, outcome: (result: T) => string): Promise<T>
}

export function steps(write: (text: string) => void, first: number, total: number): Steps {
  let number = first
  return {
    run: async (title, work, outcome) => {
      write(`[${++number}/${Math.max(total, number)}] ${title} … `)
      try {
        const result = await work()
        write(`${outcome(result)}\n`)
        return result
      } catch (error) {
        write('failed\n')
        throw error
      }
    },
  }
}
