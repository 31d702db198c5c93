import { expect, test } from 'vitest'

import type { CopyId, HostId, TaskId, VmId } from '../../base/ids.ts'
import { marker, observed, uuidOf } from '../testing/observed.ts'
import { decide } from './decide.ts'
import type { Known, KnownVm, Place } from './known.ts'
import type { News } from './news.ts'
import type { Observed } from './observation.ts'

const copy = uuidOf(900)
const place: Place = { host: uuidOf(800) as HostId, hostName: 'hv1', copy }
const news = (more: Partial<News> = {}): News => ({
  uuid: uuidOf(1),
  name: 'wiki',
  heard: [],
  seen: undefined,
  because: 'event',
  ...more,
})
const unknown: Known = {
  sighting: undefined,
  vm: undefined,
  definition: undefined,
  lock: undefined,
  markerCopied: false,
}
const vm: KnownVm = {
  id: uuidOf(700) as VmId,
  name: 'wiki',
  title: null,
  memory_mib: 64,
  vcpus: 1,
  owner_copy: null,
  summary: {},
  definition_hash: null,
  scopes: ['all'],
  elsewhere: [],
}
/** What is known of a domain that was last seen so. */
const known = (was: Observed, more: Partial<Known> = {}): Known => ({
  ...unknown,
  sighting: {
    host_id: place.host,
    uuid: was.uuid,
    vm_id: vm.id,
    name: was.name,
    state: was.state,
    reason: was.reason,
    persistent: was.persistent,
    autostart: was.autostart,
    since: new Date(0),
    active_since: was.state === 'running' ? new Date(0) : null,
    definition_hash: was.definition.hash,
    libvirt_id: was.libvirtId,
    first_seen: new Date(0),
    seen_at: new Date(0),
  },
  vm,
  definition: was.definition,
  ...more,
})
const lock = { task: uuidOf(600) as TaskId, by: 'ada', person: true }
const heard = (event: string, detail: string) => ({ event, detail })
const said = (decision: ReturnType<typeof decide>) => decision?.changes.map((one) => [one.kind, one.title, one.author])

test('what a host has when it is first listed is adopted: found by Floe, made by nobody', () => {
  const decision = decide(news({ seen: observed({ state: 'running' }), because: 'first' }), unknown, place)
  expect(said(decision)).toEqual([['vm.adopted', 'Found on hv1; it is not touched', 'floe']])
  expect(decision).toMatchObject({
    repaired: 0,
    drift: undefined,
    vm: { name: 'wiki', memoryMiB: 64, ownerCopy: null, gone: false },
    sighting: { state: 'running', active: 'now', libvirtId: 1 },
  })
})

test('what is defined later without a task comes from outside', () => {
  expect(said(decide(news({ seen: observed() }), unknown, place))).toEqual([
    ['vm.defined', 'Defined on hv1', 'outside'],
  ])
})

test('what happens while a task holds the VM is that task’s doing', () => {
  const decision = decide(news({ heard: [heard('started', 'booted')] }), known(observed(), { lock }), place)
  expect(said(decision)).toEqual([['vm.started', 'Started on hv1', 'known']])
})

test('a start is one change, although libvirt says "resumed" before it says "started"', () => {
  const decision = decide(
    news({ heard: [heard('resumed', 'unpaused'), heard('started', 'booted')] }),
    known(observed()),
    place,
  )
  expect(said(decision)).toEqual([['vm.started', 'Started on hv1', 'outside']])
  expect(decision?.sighting).toMatchObject({ state: 'running', active: 'now' })
  expect(decision?.vm).toBeUndefined()
})

test('a guest that stops and starts within one batch is told of both times', () => {
  const decision = decide(
    news({ heard: [heard('stopped', 'destroyed'), heard('started', 'booted')], libvirtId: 7 }),
    known(observed({ state: 'running', id: 3 })),
    place,
  )
  expect(said(decision)?.map(([kind]) => kind)).toEqual(['vm.stopped', 'vm.started'])
  expect(decision?.sighting).toMatchObject({ state: 'running', active: 'now', libvirtId: 7 })
})

test('a QEMU that was killed is off with the reason "failed"', () => {
  const decision = decide(news({ heard: [heard('stopped', 'failed')] }), known(observed({ state: 'running' })), place)
  expect(said(decision)).toEqual([['vm.stopped', 'Stopped: its QEMU ended', 'outside']])
  expect(decision?.sighting).toMatchObject({ state: 'shutoff', reason: 'failed', libvirtId: null, active: null })
})

test('a definition that was edited outside is drift, with its differences', () => {
  const was = observed()
  const decision = decide(news({ seen: observed({ memoryMiB: 128 }) }), known(was), place)
  expect(decision?.changes).toMatchObject([
    { kind: 'vm.redefined', author: 'outside', differences: [{ before: '64 MiB', after: '128 MiB' }] },
  ])
  expect(decision?.drift).toBe(decision?.changes[0]?.title)
  expect(decision?.vm).toMatchObject({ memoryMiB: 128 })
})

test('an edit by a task is no drift, and neither is one of another Floe’s VM', () => {
  const edited = observed({ memoryMiB: 128 })
  expect(decide(news({ seen: edited }), known(observed(), { lock }), place)?.drift).toBeUndefined()
  const theirs = observed({ memoryMiB: 128, metadata: marker(uuidOf(701), uuidOf(901)) })
  const decision = decide(news({ seen: theirs }), known(observed()), place)
  expect(decision).toMatchObject({ drift: undefined, vm: { ownerCopy: uuidOf(901) } })
})

test('Floe’s own marker is no part of a definition: writing it is no change', () => {
  const marked = observed({ metadata: marker(vm.id, copy, '<floe:tag>web</floe:tag>') })
  const decision = decide(news({ seen: marked }), known(observed()), place)
  expect(decision).toMatchObject({ changes: [], drift: undefined, vm: { tags: ['web'], ownerCopy: null } })
})

test('whose VM it is, is told when it becomes different', () => {
  const [ours, theirs] = [marker(vm.id, copy), marker(vm.id, uuidOf(901))].map((metadata) => observed({ metadata }))
  const foreign = known(theirs!, { vm: { ...vm, owner_copy: uuidOf(901) as CopyId } })
  expect(said(decide(news({ seen: ours }), { ...foreign, lock }, place))).toEqual([
    ['vm.owner', 'Taken over from another Floe', 'known'],
  ])
  expect(said(decide(news({ seen: theirs }), foreign, place))).toEqual([])
  expect(said(decide(news({ seen: theirs }), known(ours!), place))).toEqual([
    ['vm.owner', 'Taken over by another Floe', 'outside'],
  ])
})

test('a marker brings a VM back under its own id; a copy of it, under another UUID, is another VM', () => {
  const marked = observed({ metadata: marker(uuidOf(701), copy, '<floe:notes>n</floe:notes><floe:protected/>') })
  expect(decide(news({ seen: marked }), unknown, place)).toMatchObject({
    vmId: uuidOf(701),
    vm: { notes: 'n', protected: true, ownerCopy: null, summary: { marked: true } },
  })
  const copied = decide(news({ seen: marked }), { ...unknown, markerCopied: true }, place)
  expect(copied?.vmId).not.toBe(uuidOf(701))
  expect(copied?.vm).toMatchObject({ notes: '', protected: false, summary: { marked: false } })
})

test('a marker that names no ids is none', () => {
  for (const [id, floe] of [
    ['../../etc', copy],
    [uuidOf(1), '&apos; or 1=1 --'],
    ['', ''],
  ])
    expect(observed({ metadata: marker(id!, floe!) }).marker).toBeUndefined()
})

test('what the list finds and no event told is counted as repaired', () => {
  const started = decide(news({ seen: observed({ state: 'running' }), because: 'list' }), known(observed()), place)
  expect(said(started)).toEqual([['vm.state', 'Running', 'outside']].map(() => ['vm.state', 'Started', 'outside']))
  expect(started?.repaired).toBe(1)
  expect(decide(news({ seen: observed(), because: 'list' }), unknown, place)?.repaired).toBe(1)
  expect(decide(news({ seen: 'gone', because: 'list' }), known(observed()), place)?.repaired).toBe(1)
  expect(decide(news({ seen: observed(), because: 'list' }), known(observed()), place)).toMatchObject({
    repaired: 0,
    changes: [],
  })
})

test('autostart and the loss of a definition are told in words, without a bogus difference', () => {
  expect(said(decide(news({ seen: observed({ autostart: true }) }), known(observed()), place))).toEqual([
    ['vm.autostart', 'Starts with its host', 'outside'],
  ])
  const running = observed({ state: 'running' })
  const live = observed({ state: 'running', persistent: false, memoryMiB: 65 })
  expect(said(decide(news({ seen: live }), known(running), place))).toEqual([
    ['vm.persistence', 'Its definition was removed; it is gone when it stops', 'outside'],
  ])
})

test('a domain without a definition is gone when it stops, one with a definition is not', () => {
  const stop = news({ heard: [heard('stopped', 'destroyed')] })
  const transient = decide(stop, known(observed({ state: 'running', persistent: false })), place)
  expect(transient).toMatchObject({ sighting: 'gone', vm: { gone: true } })
  expect(transient?.changes.at(-1)).toMatchObject({ kind: 'vm.removed' })
  expect(decide(stop, known(observed({ state: 'running' })), place)).toMatchObject({ sighting: { state: 'shutoff' } })
})

test('a VM that is gone from one host and seen on another is not gone', () => {
  const there = observed({ memoryMiB: 128 })
  const decision = decide(news({ seen: 'gone' }), known(observed(), { vm: seenTwice(observed(), there) }), place)
  expect(decision).toMatchObject({ sighting: 'gone', vm: { gone: false, memoryMiB: 128 } })
})

/** The VM as its row follows `mine`, and as the other host shows it: later than this one. */
const seenTwice = (mine: Observed, there: Observed): KnownVm => ({
  ...vm,
  definition_hash: mine.definition.hash,
  elsewhere: [
    {
      host: uuidOf(801) as HostId,
      uuid: there.uuid,
      name: there.name,
      state: there.state,
      firstSeen: new Date(1),
      definition: there.definition,
    },
  ],
})

test('of two sightings the row follows the one that runs, whichever host spoke last', () => {
  const off = observed({ name: 'old', memoryMiB: 64 })
  const on = observed({ name: 'new', memoryMiB: 128, state: 'running' })
  const edited = observed({ name: 'old', memoryMiB: 65 })
  const followsOther = { ...seenTwice(off, on), definition_hash: on.definition.hash }
  const decision = decide(news({ seen: edited }), known(off, { vm: followsOther }), place)
  expect(decision?.vm).toBeUndefined()
  expect(decision).toMatchObject({ sighting: { name: 'old', definitionHash: edited.definition.hash } })
  // When the other stops and this one starts, nobody has to look for the row to follow.
  const starts = news({ heard: [heard('started', 'booted')] })
  const stopped = { ...followsOther, elsewhere: [{ ...followsOther.elsewhere[0]!, state: 'shutoff' }] }
  expect(decide(starts, known(off, { vm: stopped }), place)?.vm).toMatchObject({
    name: 'old',
    memoryMiB: 64,
    gone: false,
    definitionHash: off.definition.hash,
  })
})

test('where neither or both run, the row follows the sighting that was there first', () => {
  for (const state of ['shutoff', 'running']) {
    const first = observed({ name: 'first', state })
    const second = observed({ name: 'second', memoryMiB: 128, state })
    const vm = seenTwice(first, second)
    const elsewhere = [{ ...vm.elsewhere[0]!, firstSeen: new Date(-1) }]
    const late = known(first, { vm: { ...vm, elsewhere, definition_hash: second.definition.hash } })
    expect(decide(news({ seen: observed({ name: 'first', memoryMiB: 65, state }) }), late, place)?.vm).toBeUndefined()
    const early = decide(news({ seen: observed({ name: 'first', memoryMiB: 65, state }) }), known(first, { vm }), place)
    expect(early?.vm).toMatchObject({ name: 'first', memoryMiB: 65 })
  }
})

test('a marker of another Floe on a sighting that does not count changes nobody’s ownership', () => {
  const on = observed({ state: 'running' })
  const foreign = observed({ metadata: marker(uuidOf(700), uuidOf(901)) })
  const decision = decide(news({ seen: foreign }), known(observed(), { vm: seenTwice(on, on) }), place)
  expect(decision?.vm).toBeUndefined()
  expect(said(decision)).toEqual([])
})

test('what came and went within one batch leaves no trace', () => {
  const both = [heard('started', 'booted'), heard('stopped', 'destroyed')]
  expect(decide(news({ heard: both, seen: 'gone' }), unknown, place)).toBeUndefined()
})

test('the mark of drift and the reasons of the choices stay until somebody keeps them', () => {
  const drift = { revision: 3, at: new Date(0).toISOString(), title: 'memory 64 MiB → 128 MiB' }
  const chosen = [{ what: 'Memory', value: '64 MiB', because: 'asked' }]
  const decision = decide(
    news({ seen: observed({ autostart: true }) }),
    known(observed(), { vm: { ...vm, summary: { drift, chosen } } }),
    place,
  )
  expect(decision?.vm?.summary).toMatchObject({ drift, chosen })
})
