import type { Host, Task, Vm } from '../data/resources.ts'

export type Shape =
  | 'disc'
  | 'ring'
  | 'bars'
  | 'arrow'
  | 'turning'
  | 'octagon'
  | 'dashed'
  | 'clock'
  | 'check'
  | 'back'
  | 'moon'
/** Green: well. Amber: a person should act. Red: something stands or is lost. Blue: under way. Grey: normal. */
export type Tone = 'good' | 'quiet' | 'act' | 'busy' | 'bad'
export type Look = {
  readonly shape: Shape
  readonly tone: Tone
  readonly word: string
  readonly more?: string | undefined
  /** The tone of `more`, where it differs: what runs may still need a person. */
  readonly moreTone?: Tone
}

const look = (shape: Shape, tone: Tone, word: string, more?: string | null): Look => ({
  shape,
  tone,
  word,
  ...(more === undefined || more === null ? {} : { more }),
})

/** Words of the lock's cause, "is being started", as a state. */
const lockWord = (cause: string): string | undefined => {
  const [, verb = ''] = /being (\w+)/.exec(cause) ?? []
  switch (verb) {
    case 'started':
      return 'Starting'
    case 'shut':
    case 'powered':
      return 'Stopping'
    case 'created':
      return 'Being made'
    case 'deleted':
      return 'Being deleted'
    default:
      return undefined
  }
}

const reasons: Readonly<Record<string, string | null>> = {
  user: null,
  ioerror: 'I/O error',
  'api-error': 'API error',
  failed: 'its QEMU ended',
  crashed: 'it crashed',
  panicked: 'kernel panic',
}

/** libvirt's reason in words for people; nothing where it says no more than the state. */
const whyWord = (reason: string | null): string | null =>
  reason === null || !Object.hasOwn(reasons, reason) ? (reason?.replaceAll('-', ' ') ?? null) : reasons[reason]!

/** How a VM's state is shown: libvirt's, and what a task is doing to it. */
export const vmLook = (vm: Pick<Vm, 'state' | 'reason' | 'lock' | 'problem'>): Look => {
  const doing = vm.lock === null ? undefined : lockWord(vm.lock.cause)
  if (doing !== undefined && vm.state !== 'crashed') return look('turning', 'busy', doing)
  switch (vm.state) {
    case 'running':
    case 'blocked':
      return vm.problem === null
        ? look('disc', 'good', 'Running')
        : { ...look('disc', 'good', 'Running', vm.problem.title), moreTone: 'act' }
    case 'paused':
      return look('bars', 'act', 'Paused', whyWord(vm.reason))
    case 'shutdown':
      return look('turning', 'busy', 'Stopping')
    case 'shutoff':
      return vm.reason === 'crashed' || vm.reason === 'failed'
        ? look('octagon', 'bad', 'Off', whyWord(vm.reason))
        : look('ring', 'quiet', 'Off')
    case 'crashed':
      return look('octagon', 'bad', 'Crashed', whyWord(vm.reason))
    case 'pmsuspended':
      return look('moon', 'quiet', 'Asleep')
    case 'unknown':
      return look('dashed', 'quiet', 'Unknown', 'host silent')
    case 'undefined':
      return look('dashed', 'quiet', vm.reason === 'deleted' ? 'Deleted' : 'Not defined')
  }
}

export const hostLook = (host: Pick<Host, 'state' | 'reason'>): Look => {
  switch (host.state) {
    case 'up':
      return look('disc', 'good', 'Up')
    case 'connecting':
      return look('turning', 'busy', 'Connecting')
    case 'down':
      return look('dashed', 'quiet', 'Silent', host.reason)
  }
}

export const taskLook = (task: Pick<Task, 'state' | 'step' | 'steps' | 'error'>): Look => {
  switch (task.state) {
    case 'waiting':
      return look('clock', 'quiet', 'Waiting')
    case 'running':
      return look(
        'turning',
        'busy',
        task.steps.all > 1 ? `Running step ${stepNumber(task)} of ${task.steps.all}` : 'Running',
      )
    case 'undoing':
      return look('turning', 'busy', 'Undoing')
    case 'done':
      return look('check', 'good', 'Done')
    case 'failed':
      return look('octagon', 'bad', 'Failed')
    case 'undone':
      return look('back', 'quiet', 'Undone')
    case 'cancelled':
      return look('back', 'quiet', 'Cancelled')
  }
}

const stepNumber = ({ steps }: Pick<Task, 'steps'>): number => Math.min(steps.all, steps.done + 1)

/** What a person can do to a VM now. The API decides; this only says what makes sense to offer. */
export const offers = (vm: Vm): { start: boolean; shutDown: boolean; powerOff: boolean; delete: boolean } => {
  const free = vm.foreign === null && vm.state !== 'unknown' && vm.state !== 'undefined'
  const off = vm.state === 'shutoff' || vm.state === 'crashed'
  const on = vm.state === 'running' || vm.state === 'blocked'
  const alive = on || vm.state === 'paused' || vm.state === 'shutdown' || vm.state === 'pmsuspended'
  const idle = vm.lock === null
  return {
    start: free && off && idle,
    shutDown: free && on && idle,
    // A hanging shutdown must not keep anybody from pulling the plug.
    powerOff: free && alive && (idle || /shut/.test(vm.lock?.cause ?? '')),
    delete: free && off && idle,
  }
}
