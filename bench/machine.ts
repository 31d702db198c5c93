import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

import { tryRun } from '../testbed/run.ts'

/** On what was measured: figures of two machines are not compared. */
export type Machine = {
  readonly cpu: string
  readonly cores: number
  readonly memoryMiB: number
  readonly kernel: string
  readonly node: string
  readonly qemu: string | null
  readonly libvirt: string | null
  readonly postgres: string | null
  /** Of one minute, before the bench began. */
  readonly load: number
}

export async function readMachine(): Promise<Machine> {
  const version = async (program: string) => {
    const { code, stdout } = await tryRun(program, ['--version']).catch(() => ({ code: 1, stdout: '' }))
    return code === 0 ? (/\d+(\.\d+)+/.exec(stdout)?.[0] ?? null) : null
  }
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    node: process.versions.node,
    qemu: await version(process.arch === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64'),
    libvirt: await version('libvirtd'),
    postgres: await version('psql'),
    load: loadavg()[0] ?? 0,
  }
}
