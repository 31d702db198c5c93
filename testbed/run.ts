import { spawn } from 'node:child_process'

export type RunOptions = {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string
  /** Kills the program after this long. Default 60 s: nothing in the test bed takes longer unasked. */
  readonly deadlineMs?: number
  readonly signal?: AbortSignal
}

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** Runs a program to its end and answers what it printed, whatever its exit code. Rejects when it cannot be started. */
export function tryRun(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { cwd, env, input, deadlineMs = 60_000, signal } = options
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      timeout: deadlineMs,
      killSignal: 'SIGKILL',
      ...(cwd !== undefined && { cwd }),
      ...(env !== undefined && { env }),
      ...(signal !== undefined && { signal }),
    })
    const [out, err]: [Buffer[], Buffer[]] = [[], []]
    child.stdout?.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr?.on('data', (bytes: Buffer) => err.push(bytes))
    child.once('error', (cause) => reject(new Error(`${program} could not be run: ${cause.message}`, { cause })))
    child.once('close', (code, killed) => {
      const stderr = Buffer.concat(err).toString() + (killed === null ? '' : `ended by ${killed}\n`)
      resolve({ code: code ?? 128, stdout: Buffer.concat(out).toString(), stderr })
    })
    if (input !== undefined) child.stdin?.end(input)
  })
}

/** Runs a program and answers its standard output. Rejects with what it said when it exits with anything but 0. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await tryRun(program, args, options)
  if (code === 0) return stdout
  throw new Error(
    `${[program, ...args].join(' ')} ended with ${code}: ${(stderr.trim() || stdout.trim()).slice(-2000)}`,
  )
}
