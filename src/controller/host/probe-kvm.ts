import { once } from 'node:events'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'

import { flags, LibvirtError, type Dom } from '@floe/libvirt'
import { element, format } from '@floe/xml'

import { messageOf } from '../../base/errors.ts'
import { offeredGuest, parseCapabilities } from '../../domain/index.ts'
import { createVolume, deleteVolume, findVolume } from '../pool/volumes.ts'
import type { World } from '../world.ts'
import type { HostLink } from './host-link.ts'
import { probeName } from './probe-name.ts'
import { probeSector } from './probe-sector.ts'

export type KvmProof = { readonly works: boolean; readonly why: string }

const answerMs = 5000

/** Proves KVM on a host: a guest that must answer on its serial port within 5 s. What libvirt refuses
 *  of the guest is a proof that KVM does not work here; what it refuses before, DeadlineExceeded, ConnectionLost and the
 *  signal's reason go up. */
export async function proveKvm(
  world: World,
  link: HostLink,
  signal: AbortSignal,
  type: 'kvm' | 'qemu' = 'kvm',
): Promise<KvmProof> {
  const { xml } = await link.call.connectGetCapabilities({}, { deadlineMs: 120_000 })
  const capabilities = parseCapabilities(xml)
  if (capabilities.arch !== 'x86_64')
    return {
      works: offeredGuest(capabilities, capabilities.arch ?? '', type) !== undefined,
      why: `The probe guest is made for x86_64; on ${capabilities.arch ?? 'this processor'} libvirt's word is taken.`,
    }
  if (offeredGuest(capabilities, 'x86_64', type) === undefined)
    return {
      works: false,
      why: `${link.name} has no KVM: no /dev/kvm, or its processor's virtualization is switched off in the firmware.`,
    }

  const name = probeName(world.copy)
  const image = `${name}.img`
  try {
    const path = await writeSector(world, link, image, signal)
    const tookMs = await boot(link, probeXml({ name, path, type }), signal)
    return tookMs === undefined
      ? {
          works: false,
          why: `/dev/kvm is there on ${link.name}, but a probe guest did not get far enough to answer within ${answerMs / 1000} s.`,
        }
      : { works: true, why: `A probe guest answered in ${(tookMs / 1000).toFixed(1)} s.` }
  } catch (error) {
    if (error instanceof LibvirtError)
      return { works: false, why: `A probe guest was not started on ${link.name}: ${error.message}.` }
    throw error
  } finally {
    await deleteVolume(link.call, world.ownPool.name, image).catch((error: unknown) =>
      world.log.warn(`The probe's image stays on ${link.name}: ${messageOf(error)}`),
    )
  }
}

async function writeSector(world: World, link: HostLink, name: string, signal: AbortSignal): Promise<string> {
  const sector = probeSector()
  const pool = world.ownPool.name
  const vol =
    (await findVolume(link.call, pool, name)) ??
    (await createVolume(link.call, pool, {
      name,
      format: 'raw',
      capacityBytes: sector.length,
      permissions: { mode: '0644' },
    }))
  const connection = await link.link.up(signal)
  const stream = await connection.volumeUpload(vol, { length: BigInt(sector.length), signal })
  await pipeline(Readable.from([sector]), stream, { signal })
  await stream.finished
  return (await link.call.storageVolGetPath({ vol })).path
}

/** How long the guest took to its first letter, in ms; nothing when it kept silent. The domain goes with us: it is
 *  transient and ended by libvirt should this connection end. */
async function boot(link: HostLink, xml: string, signal: AbortSignal): Promise<number | undefined> {
  const connection = await link.link.up(signal)
  const began = performance.now()
  const { dom } = await connection.call.domainCreateXml(
    { xml, flags: flags.domainStart.autodestroy },
    { deadlineMs: 120_000 },
  )
  try {
    const console = await connection.openConsole(dom, { signal })
    console.on('error', () => {})
    const silence = new AbortController()
    try {
      const first = await Promise.race([
        once(console, 'data', { signal: silence.signal }).then(() => true),
        wait(answerMs, false, { signal: silence.signal }),
      ])
      return first ? performance.now() - began : undefined
    } finally {
      silence.abort()
      console.destroy()
    }
  } finally {
    await end(connection.call, dom)
  }
}

async function end(call: HostLink['call'], dom: Dom): Promise<void> {
  try {
    await call.domainDestroyFlags({ dom }, { deadlineMs: 30_000 })
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error // it has ended by itself
  }
}

function probeXml({
  name,
  path,
  type,
}: {
  readonly name: string
  readonly path: string
  readonly type: string
}): string {
  return format(
    element('domain', { type }, [
      element('name', {}, [name]),
      element('memory', { unit: 'MiB' }, ['16']),
      element('vcpu', {}, ['1']),
      element('os', {}, [element('type', { arch: 'x86_64' }, ['hvm']), element('boot', { dev: 'hd' })]),
      element('devices', {}, [
        element('disk', { type: 'file', device: 'disk' }, [
          element('driver', { name: 'qemu', type: 'raw' }),
          element('source', { file: path }),
          element('target', { dev: 'hda', bus: 'ide' }),
        ]),
        element('serial', { type: 'pty' }),
        element('memballoon', { model: 'none' }),
      ]),
    ]),
  )
}
