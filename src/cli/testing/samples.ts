import type { Task } from '../../api/resources/task.ts'
import type { Vm } from '../../api/resources/vm.ts'

const idOf = (n: number): string => `0199aaaa-0000-7000-8000-${`${n}`.padStart(12, '0')}`

export const sampleVm = (n: number, given: Partial<Vm> = {}): Vm => ({
  id: idOf(n),
  name: `vm${n}`,
  title: null,
  state: 'running',
  reason: 'booted',
  since: '2026-01-02T03:04:05Z',
  host: 'hv1',
  uuid: idOf(1000 + n),
  memoryMiB: 2048,
  vcpus: 2,
  tags: [],
  notes: '',
  protected: false,
  sample: false,
  ours: true,
  foreign: null,
  lock: null,
  drift: null,
  problem: null,
  createdAt: '2026-01-02T03:04:05Z',
  createdBy: 'admin',
  knownSince: '2026-01-02T03:04:05Z',
  revision: n,
  ...given,
})

export const sampleTask = (number: number, given: Partial<Task> = {}): Task => ({
  id: idOf(2000 + number),
  number,
  kind: 'vm.start',
  title: 'Start web1',
  object: null,
  state: 'waiting',
  step: null,
  steps: { done: 0, all: 2 },
  progress: null,
  cause: null,
  by: 'admin',
  error: null,
  createdAt: '2026-01-02T03:04:05Z',
  startedAt: null,
  endedAt: null,
  ...given,
})
