import { flags, LibvirtError } from '@floe/libvirt'

import type { VmDetail } from '../../api/resources/vm.ts'
import { parseDomain } from '../../domain/index.ts'
import { domainOf } from '../host/domain-of.ts'
import { toSummary, type Summary } from '../inventory/summary.ts'
import { ownDisksOf, volumesAt } from '../pool/volume-store.ts'
import type { World } from '../world.ts'
import { toVm } from './vm-rows.ts'
import { definitionText, type VmRow } from './vm-store.ts'

/** A VM's page: the row, and what only its host can say now. A silent host leaves that out; nothing waits long for it. */
export async function toVmDetail(world: World, row: VmRow): Promise<VmDetail> {
  const live = await readLive(world, row)
  const summary: Partial<Summary> = live ? { ...row.summary, ...toSummary(live.view) } : row.summary
  return {
    ...toVm(row),
    sightings: row.sightings.map((one) => ({
      host: one.host,
      uuid: one.uuid,
      state: (one.hostUp ? one.state : 'unknown') as VmDetail['state'],
      reason: one.reason,
      persistent: one.persistent,
      since: new Date(one.activeSince ?? one.since).toISOString(),
    })),
    virtualization: summary.virtualization ?? 'unknown',
    arch: summary.arch ?? null,
    machine: summary.machine ?? null,
    firmware: summary.firmware ?? null,
    cpu: summary.cpu ?? null,
    atStart: row.summary.atStart ?? null,
    autostart: row.sightings[0]?.autostart ?? false,
    disks: await withCapacity(world, row, summary.disks ?? []),
    removable: await readRemovable(world, row),
    nics: (summary.nics ?? []).map((nic) => ({ ...nic })),
    graphics: (summary.graphics ?? []).map((one) => ({ ...one })),
    serial: summary.serial ?? false,
    addresses: live?.addresses ?? [],
    xml: live?.xml ?? (await storedXml(world, row)),
    chosen: (row.summary.chosen ?? []).map((one) => ({ ...one })),
  }
}

async function readLive(world: World, row: VmRow) {
  const seen = row.sightings[0]
  const link = seen && world.hosts.find(seen.hostId)
  if (seen === undefined || link?.link.state.state !== 'up') return undefined
  try {
    const dom = await domainOf(link.call, seen.uuid)
    if (dom === undefined) return undefined
    const { xml } = await link.call.domainGetXmlDesc({ dom }, { deadlineMs: 3000 })
    return { xml, view: parseDomain(xml), addresses: dom.id >= 0 ? await leasesOf(link.call, dom) : [] }
  } catch {
    return undefined // the row says what was seen last
  }
}

async function leasesOf(
  call: NonNullable<ReturnType<World['hosts']['find']>>['call'],
  dom: NonNullable<Awaited<ReturnType<typeof domainOf>>>,
): Promise<string[]> {
  try {
    const { interfaces } = await call.domainInterfaceAddresses(
      { dom, source: flags.interfaceSource.lease },
      { deadlineMs: 3000 },
    )
    return interfaces.flatMap((one) => one.addresses.map((address) => address.address))
  } catch (error) {
    if (error instanceof LibvirtError) return [] // no lease file, or a driver without leases
    throw error
  }
}

async function storedXml(world: World, row: VmRow): Promise<string> {
  if (row.definition_hash === null) return ''
  return (await definitionText(world.db, row.definition_hash)) ?? ''
}

/** What deleting it with its disks would take, as far as it is known now. */
async function readRemovable({ db, ownPool }: World, row: VmRow): Promise<VmDetail['removable']> {
  const host = row.sightings[0]?.hostId
  if (host === undefined) return []
  const disks = await ownDisksOf(db, { vm: row.id, host, pool: ownPool.name })
  return disks.map(({ pool, name, capacityBytes }) => ({ pool, volume: name, capacityBytes }))
}

async function withCapacity(
  world: World,
  row: VmRow,
  disks: NonNullable<Summary['disks']>,
): Promise<VmDetail['disks']> {
  const host = row.sightings[0]?.hostId
  const paths = disks.flatMap((disk) => disk.source ?? [])
  const names = disks.flatMap((disk) => disk.volume ?? [])
  const volumes = paths.length === 0 || host === undefined ? [] : await volumesAt(world.db, host, { paths, names })
  return disks.map((disk) => {
    const volume = volumes.find(
      (one) => one.path === disk.source || (one.pool === disk.pool && one.name === disk.volume),
    )
    return {
      target: disk.target,
      bus: disk.bus,
      device: disk.device as 'disk',
      source: disk.source,
      format: disk.format,
      readonly: disk.readonly,
      pool: disk.pool ?? volume?.pool ?? null,
      volume: disk.volume ?? volume?.name ?? null,
      capacityBytes: volume?.capacity_bytes ?? null,
    }
  })
}
