import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { flags, type Dom, type LibvirtEvent } from '@floe/libvirt'
import { fakeDaemon, Refusal, type FakeDaemon } from '@floe/libvirt/testing'
import { element, parse } from '@floe/xml'

import { fakeNetworks, fakeStorage, type FakeStorage } from './fake-storage.ts'

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../domain/fixtures', `${name}.in.xml`), 'utf8')

type FakeDomain = {
  name: string
  readonly uuid: string
  xml: string
  /** Of a running one to which something was attached without being defined. */
  live?: string | undefined
  state: 'running' | 'shutoff'
  reason: number
  id: number
  autostart: boolean
}

/** A host that keeps domains, volumes and a network in memory and speaks libvirt's protocol, so that a controller can
 *  be killed a hundred times in a minute. What it answers is as plain as can be: whether real libvirt does the same is
 *  shown by the same tests on the real thing. */
export type FakeHost = AsyncDisposable &
  FakeStorage & {
    readonly daemon: FakeDaemon
    readonly name: string
    readonly uri: string
    domains(): readonly Readonly<FakeDomain>[]
    /** As `virsh define` does. */
    define(xml: string): Dom
    /** As `virsh undefine` does; nothing where there is none. */
    undefine(name: string): void
    /** As `virsh attach-disk` does without `--config`; `told`: with its event. */
    attachLive(name: string, disk: string, told: boolean): void
    /** As if QEMU were killed. */
    crash(name: string): void
  }

let hosts = 0

/** Starts one. It is up at once and takes no process of its own. */
export async function startFakeHost(): Promise<FakeHost> {
  const domains = new Map<string, FakeDomain>()
  let running = 0
  const emit = (dom: Dom, event: string, detail: string): void =>
    daemon.emit({ kind: 'lifecycle', dom, event, detail } as LibvirtEvent)
  const domOf = ({ name, uuid, id }: FakeDomain): Dom => ({ name, uuid, id })
  const find = ({ uuid }: { readonly uuid: string }): FakeDomain => {
    const found = domains.get(uuid)
    if (found === undefined) throw new Refusal('NO_DOMAIN', `Domain not found: no domain with matching uuid '${uuid}'`)
    return found
  }
  const named = (name: string): FakeDomain | undefined => [...domains.values()].find((one) => one.name === name)
  const define = (xml: string): Dom => {
    const { root } = parse(xml)
    const name = root.child('name')?.text() ?? ''
    const uuid = root.child('uuid')?.text() ?? randomUUID()
    const sameName = named(name)
    if (sameName && sameName.uuid !== uuid)
      throw new Refusal(
        'OPERATION_FAILED',
        `operation failed: domain '${name}' already exists with uuid ${sameName.uuid}`,
      )
    const known = domains.get(uuid)
    const domain = known ?? { name, uuid, xml, state: 'shutoff', reason: 0, id: -1, autostart: false }
    // libvirt writes the UUID that it chose into the document.
    if (root.child('uuid') === undefined) root.append(element('uuid', {}, uuid))
    Object.assign(domain, { name, xml: root.toString() })
    domains.set(uuid, domain)
    emit(domOf(domain), 'defined', known ? 'updated' : 'added')
    return domOf(domain)
  }
  const stop = (domain: FakeDomain, detail: string, reason: number): void => {
    const dom = domOf(domain)
    Object.assign(domain, { state: 'shutoff', reason, id: -1, live: undefined })
    emit(dom, 'stopped', detail)
  }
  const undefine = (domain: FakeDomain): void => {
    domains.delete(domain.uuid)
    emit(domOf(domain), 'undefined', 'removed')
  }
  const assertRuns = (domain: FakeDomain): void => {
    if (domain.state !== 'running')
      throw new Refusal('OPERATION_INVALID', 'Requested operation is not valid: domain is not running')
  }
  const networks = fakeNetworks()
  const storage = fakeStorage()

  const daemon: FakeDaemon = await fakeDaemon({
    connectGetHostname: () => ({ hostname: 'fake' }),
    connectGetLibVersion: () => ({ version: 9_000_000n }),
    connectGetVersion: () => ({ version: 7_002_000n }),
    connectGetCapabilities: () => ({ xml: fixture('capabilities') }),
    connectGetDomainCapabilities: () => ({ xml: fixture('domain-capabilities') }),
    nodeGetInfo: () => ({
      model: 'x86_64',
      memoryKiB: 67_108_864n,
      cpus: 2,
      mhz: 2000,
      nodes: 1,
      sockets: 1,
      cores: 2,
      threads: 1,
    }),
    nodeGetMemoryStats: ({ count }) => ({
      count: 1,
      stats: count === 0 ? [] : [{ name: 'free', value: 67_108_864n }],
    }),
    // Asked for those with a saved state, snapshots or checkpoints, it has none.
    connectListAllDomains: ({ flags: asked }) => {
      const all = [...domains.values()].filter((one) => asked === 0 || one.state === 'running')
      return { domains: asked === 0 || asked === flags.domainList.active ? all.map(domOf) : [] }
    },
    domainLookupByUuid: ({ uuid }) => ({ dom: domOf(find({ uuid })) }),
    domainGetState: ({ dom }) => find(dom),
    domainIsPersistent: ({ dom }) => ({ persistent: find(dom) !== undefined }),
    domainGetAutostart: ({ dom }) => ({ autostart: find(dom).autostart }),
    domainSetAutostart: ({ dom, autostart }) => {
      find(dom).autostart = autostart
      return {}
    },
    domainGetXmlDesc: ({ dom, flags: asked }) => {
      const { xml, live } = find(dom)
      return { xml: (asked & flags.domainXml.inactive) === 0 ? (live ?? xml) : xml }
    },
    domainInterfaceAddresses: () => ({ interfaces: [] }),
    domainDefineXmlFlags: ({ xml }) => ({ dom: define(xml) }),
    domainCreateWithFlags: ({ dom }) => {
      const domain = find(dom)
      if (domain.state === 'running')
        throw new Refusal('OPERATION_INVALID', 'Requested operation is not valid: domain is already running')
      networks.assertOn(domain.xml)
      Object.assign(domain, { state: 'running', reason: 1, id: ++running })
      emit(domOf(domain), 'resumed', 'unpaused')
      emit(domOf(domain), 'started', 'booted')
      return { dom: domOf(domain) }
    },
    domainShutdownFlags: ({ dom }) => {
      const domain = find(dom)
      assertRuns(domain)
      emit(domOf(domain), 'shutdown', 'guest')
      stop(domain, 'shutdown', 1)
      return {}
    },
    domainDestroyFlags: ({ dom }) => {
      const domain = find(dom)
      assertRuns(domain)
      stop(domain, 'destroyed', 2)
      return {}
    },
    domainUndefineFlags: ({ dom }) => {
      undefine(find(dom))
      return {}
    },
    domainSetMetadata: ({ dom, metadata, uri, key }) => {
      const domain = find(dom)
      const document = parse(domain.xml)
      if (document.root.child('metadata') === undefined) document.root.append(element('metadata'))
      const all = document.root.child('metadata')!
      for (const child of all.children()) if (child.namespace === uri) all.remove(child)
      if (metadata != null) {
        const inner = parse(
          metadata
            .replace(/^<(\S+?)(?=[\s/>])/, `<${key}:$1 xmlns:${key}="${uri}"`)
            .replace(/<\/(\w+)>$/, `</${key}:$1>`),
        )
        all.append(inner.root)
      }
      domain.xml = document.root.toString()
      daemon.emit({ kind: 'metadataChange', dom: domOf(domain), type: 'element', uri })
      return {}
    },
    ...networks.handlers,
    ...storage.handlers,
  })
  return {
    ...storage,
    daemon,
    name: `fake-${++hosts}`,
    uri: `qemu+unix:///system?socket=${daemon.socketPath}`,
    domains: () => [...domains.values()],
    define,
    undefine: (name) => [named(name)].forEach((one) => one && undefine(one)),
    attachLive(name, disk, told) {
      const domain = named(name)!
      const document = parse(domain.live ?? domain.xml)
      if (document.root.child('devices') === undefined) document.root.append(element('devices'))
      document.root.child('devices')!.append(parse(disk).root)
      domain.live = document.root.toString()
      if (told) daemon.emit({ kind: 'deviceAdded', dom: domOf(domain), device: 'virtio-disk9' })
    },
    crash: (name) => stop(named(name)!, 'failed', 6),
    [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
  }
}
