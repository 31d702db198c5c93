import { randomBytes } from 'node:crypto'

import { flags, type Api, type Dom } from '@floe/libvirt'

import { lockScreens, parseDomain, parseMarker, passwordsOf, withMarker } from '../../domain/index.ts'
import type { StepContext } from '../../tasks/task.ts'
import { domainOf } from '../host/domain-of.ts'
import type { OwnDisk } from '../pool/volume-store.ts'
import { findVolume } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import { markerFactsOf } from './vm-edit-store.ts'
import type { VmInput } from './vm-input.ts'
import { placesOf } from './vm-sightings.ts'
import { readMarker, removeMarker } from './write-marker.ts'

/** What a definition can be put back from, without secrets: it stands in the task's journal. */
export type NotedDomain = {
  readonly xml: string
  readonly autostart: boolean
  /** Which of its screens have a password. */
  readonly passwords: readonly boolean[]
  /** What libvirt keeps beside the definition and removes with it, in words. */
  readonly beside: readonly string[]
}

/** Reads all of that. */
export async function noteDomain(call: Api, dom: Dom): Promise<NotedDomain> {
  const { inactive, secure } = flags.domainXml
  const [{ xml }, open, { autostart }, ...kept] = await Promise.all([
    call.domainGetXmlDesc({ dom, flags: inactive }),
    call.domainGetXmlDesc({ dom, flags: inactive | secure }),
    call.domainGetAutostart({ dom }),
    isListed(call, dom, flags.domainList.managedSave),
    isListed(call, dom, flags.domainList.hasSnapshot),
    isListed(call, dom, flags.domainList.hasCheckpoint),
  ])
  const passwords = passwordsOf(open.xml)
  const view = parseDomain(xml)
  const words = [
    [kept[0], 'its saved state'],
    [kept[1], 'its snapshots'],
    [kept[2], 'its checkpoints'],
    [view.firmware?.type === 'uefi', 'its firmware variables'],
    [view.tpm !== undefined, 'the state of its TPM'],
    // Floe's own gets a new one with each console anyway.
    [passwords.includes(true) && view.marker === undefined, "its screen's password"],
  ] as const
  return { xml, autostart, passwords, beside: words.flatMap(([had, what]) => (had ? [what] : [])) }
}

/** libvirt has no call that asks one domain for these, but lists those that have them. */
async function isListed(call: Api, dom: Dom, having: number): Promise<boolean> {
  const { domains } = await call.connectListAllDomains({ flags: having }, { deadlineMs: 30_000 })
  return domains.some((one) => one.uuid === dom.uuid)
}

type Cx = Pick<StepContext<VmInput, World>, 'input' | 'task' | 'world' | 'log'>

/** Defines a deleted VM again while every disk is still there and no other host has it, and says plainly what is gone for
 *  good. Floe's marker goes in with the definition, so that it is the same VM as before with its notes and its history,
 *  and out again where it had none. The task's id in the marker tells what this undo defined from what somebody else
 *  did meanwhile, which is left alone. May be repeated after any of its effects. */
export async function putBack(cx: Cx, noted: NotedDomain, disks: readonly OwnDisk[]): Promise<void> {
  const { input, task, world, log } = cx
  const dom = await world.hosts.on(input.host, { vm: input.name, verb: 'defined again' }, async ({ call }) => {
    const there = await domainOf(call, input.uuid)
    if (there !== undefined) return (await readMarker(call, there))?.task === task.id ? there : undefined
    const elsewhere = (await placesOf(world.db, input.vm)).find((one) => one.host_id !== input.host)
    if (elsewhere !== undefined) {
      log(`${input.name} is not put back: another host has it by now.`)
      return undefined
    }
    const left = await Promise.all(disks.map((one) => findVolume(call, one.pool, one.name)))
    if (left.some((one) => one === undefined)) {
      log(goneInWords(input, disks, left))
      return undefined
    }
    if (noted.beside.length > 0) log(`${input.name} is defined again. Gone for good: ${noted.beside.join(', ')}.`)
    return (await call.domainDefineXmlFlags({ xml: await documentOf(cx, noted) })).dom
  })
  if (dom === undefined) return
  await world.hosts.on(input.host, { vm: input.name, verb: 'left as it was' }, async (link) => {
    // While it has its marker: the inventory may only now be told that it was gone, and knows it by nothing else. And
    // while the lock is held: what is seen after it would look like somebody else's doing.
    await link.look(input.uuid)
    if (noted.autostart) await link.call.domainSetAutostart({ dom, autostart: true })
    if (parseMarker(noted.xml) !== undefined || (await readMarker(link.call, dom))?.task !== task.id) return
    await removeMarker(link.call, dom)
    await link.look(input.uuid)
  })
}

async function documentOf({ input, task, world }: Cx, { xml, passwords }: NotedDomain): Promise<string> {
  const locked = lockScreens(xml, passwords, randomBytes(6).toString('base64url'))
  const was = parseMarker(xml)
  if (was !== undefined) return withMarker(locked, { ...was, task: task.id })
  const facts = await markerFactsOf(world.db, input.vm)
  return withMarker(locked, { ...facts, id: input.vm, floe: world.copy, task: task.id, adopted: true })
}

function goneInWords({ name }: VmInput, disks: readonly OwnDisk[], left: readonly unknown[]): string {
  const named = (there: boolean): string =>
    disks.flatMap((one, i) => ((left[i] !== undefined) === there ? [one.name] : [])).join(', ')
  const rest = named(true) ? ` Still in the pool ${disks[0]!.pool}: ${named(true)}.` : ''
  return `${name} is not put back: its disks ${named(false)} are removed, and its definition with them.${rest}`
}
