import type { HostId, VmId } from '../../base/ids.ts'
import { isAlive } from '../inventory/state-words.ts'

/** What the rules about a VM look at: its row, and every sighting of it. */
export type VmFacts = {
  readonly id: VmId
  readonly name: string
  readonly ownerCopy: string | null
  readonly protected: boolean
  readonly lock: { readonly task: number; readonly taskId: string; readonly cause: string } | null
  readonly sightings: readonly SightingFacts[]
}

export type SightingFacts = {
  readonly host: string
  readonly hostId: HostId
  readonly hostUp: boolean
  readonly hostSince: Date
  readonly state: string
  readonly persistent: boolean
}

/** Why something cannot be done now: an error's code and what its sentence needs. */
export type Obstacle = {
  readonly code:
    | 'vm_locked'
    | 'vm_foreign'
    | 'vm_twice'
    | 'vm_unseen'
    | 'vm_running'
    | 'vm_not_running'
    | 'vm_paused'
    | 'vm_protected'
    | 'vm_transient'
    | 'vm_moved'
    | 'not_found'
  readonly details: Readonly<Record<string, unknown>>
}

/** What keeps anything at all from being done to a VM that this Floe drives. */
function obstacleToAny(vm: VmFacts, asks?: string): Obstacle | undefined {
  if (vm.ownerCopy !== null) return { code: 'vm_foreign', details: { vm: vm.name, owner: vm.ownerCopy } }
  return takeOverObstacle(vm, asks)
}

/** The first thing that keeps a VM from being taken over, whoever drives it. `asks` is the task that asks, in its own
 *  steps: its lock is no obstacle to itself. */
export function takeOverObstacle(vm: VmFacts, asks?: string): Obstacle | undefined {
  if (vm.lock && vm.lock.taskId !== asks)
    return { code: 'vm_locked', details: { vm: vm.name, cause: vm.lock.cause, task: vm.lock.task } }
  const alive = vm.sightings.filter((one) => isAlive(one.state))
  if (alive.length > 1 || vm.sightings.length > 1)
    return { code: 'vm_twice', details: { vm: vm.name, hosts: vm.sightings.map((one) => one.host) } }
  const [seen] = vm.sightings
  if (seen && !seen.hostUp)
    return { code: 'vm_unseen', details: { vm: vm.name, host: seen.host, since: seen.hostSince.toISOString() } }
  if (seen === undefined) return { code: 'not_found', details: { kind: 'VM', name: vm.name } }
  return undefined
}

/** The first thing that keeps `vm` from being started, or nothing. */
export function startObstacle(vm: VmFacts, asks?: string): Obstacle | undefined {
  const seen = vm.sightings[0]
  return (
    obstacleToAny(vm, asks) ??
    (seen && isAlive(seen.state) ? { code: 'vm_running', details: { vm: vm.name, host: seen.host } } : undefined)
  )
}

/** The first thing that keeps its guest from being asked to shut down. */
export function shutDownObstacle(vm: VmFacts, asks?: string): Obstacle | undefined {
  const seen = vm.sightings[0]
  if (seen?.state === 'paused') return obstacleToAny(vm, asks) ?? { code: 'vm_paused', details: { vm: vm.name } }
  return powerOffObstacle(vm, asks)
}

export function powerOffObstacle(vm: VmFacts, asks?: string): Obstacle | undefined {
  const seen = vm.sightings[0]
  return (
    obstacleToAny(vm, asks) ??
    (seen && !isAlive(seen.state) ? { code: 'vm_not_running', details: { vm: vm.name } } : undefined)
  )
}

export function deleteObstacle(vm: VmFacts, asks?: string): Obstacle | undefined {
  if (vm.protected) return { code: 'vm_protected', details: { vm: vm.name } }
  const seen = vm.sightings[0]
  return (
    obstacleToAny(vm, asks) ??
    (seen && isAlive(seen.state) ? { code: 'vm_running', details: { vm: vm.name, host: seen.host } } : undefined)
  )
}

export type VmProblem = { readonly code: string; readonly title: string; readonly remedy: string }

/** What is wrong with a VM and what mends it, for its page; the worst first. */
export function problemOf(vm: VmFacts & { readonly reason: string | null }): VmProblem | null {
  const [seen, second] = vm.sightings
  if (second !== undefined) return seenTwice(vm)
  if (seen === undefined) return null
  if (!seen.hostUp)
    return {
      code: 'vm_unseen',
      title: `${seen.host} is silent since ${seen.hostSince.toISOString().slice(0, 16).replace('T', ' ')} UTC. ${vm.name} may still run.`,
      remedy: 'Floe connects again by itself; what you see is from then.',
    }
  return guestProblem(vm, seen)
}

function seenTwice({ name, sightings }: VmFacts): VmProblem {
  const hosts = sightings.map((one) => one.host).join(' and ')
  return sightings.filter((one) => isAlive(one.state)).length > 1
    ? {
        code: 'vm_twice',
        title: `${name} runs on ${hosts} at once.`,
        remedy: 'Stop one of them at once with "virsh destroy" on its host: both write to the same disks.',
      }
    : {
        code: 'vm_twice',
        title: `${name} is defined on ${hosts}.`,
        remedy: 'Decide which one is right and undefine the other; nothing is started before.',
      }
}

function guestProblem(
  vm: { readonly name: string; readonly reason: string | null },
  seen: SightingFacts,
): VmProblem | null {
  if (seen.state === 'paused' && vm.reason === 'ioerror')
    return {
      code: 'io_error',
      title: `${vm.name} stands still: its disk could not be written.`,
      remedy: `Free space in the pool of its disk, then resume it: "virsh resume ${vm.name}" on ${seen.host}.`,
    }
  if (seen.state === 'crashed')
    return {
      code: 'crashed',
      title: `The guest of ${vm.name} crashed.`,
      remedy: 'Look at its console, then power it off and start it again.',
    }
  // libvirt announces it as failed and keeps it as crashed.
  if (seen.state === 'shutoff' && (vm.reason === 'failed' || vm.reason === 'crashed'))
    return {
      code: 'qemu_ended',
      title: `The QEMU of ${vm.name} ended unexpectedly.`,
      remedy: `Start it again; ${seen.host}:/var/log/libvirt/qemu/${vm.name}.log has its last words.`,
    }
  return null
}
