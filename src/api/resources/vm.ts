import { Type, type Static } from 'typebox'

import { count, Id, maybe, Name, pageOf, Problem, prose, refTo, text, Time } from './common.ts'

/** libvirt's words; `unknown` while the host is silent, `undefined` before a definition is seen or after it is gone. */
export const VmState = Type.Enum([
  'running',
  'blocked',
  'paused',
  'shutdown',
  'shutoff',
  'crashed',
  'pmsuspended',
  'unknown',
  'undefined',
])

export const Disk = Type.Object({
  target: text('As the guest’s bus numbers it: vda, sda.'),
  bus: text('virtio, scsi, sata, ide, usb.'),
  device: Type.Enum(['disk', 'cdrom', 'floppy', 'lun']),
  source: maybe(text('File, block device or network source; null when no medium is in.')),
  pool: maybe(text('Name of the storage pool, when the source is a volume of one.')),
  volume: maybe(Type.String()),
  format: maybe(Type.String()),
  capacityBytes: maybe(count('What the guest sees.')),
  readonly: Type.Boolean(),
})

export const Removable = Type.Object({
  pool: text('Name of the storage pool.'),
  volume: text('Its name there.'),
  capacityBytes: count('What the guest sees.'),
})

export const Nic = Type.Object({
  mac: maybe(Type.String()),
  model: maybe(Type.String()),
  network: maybe(text('libvirt network, bridge or device.')),
  kind: text('network, bridge, direct, user, …'),
  target: maybe(text('The device on the host, while it runs.')),
})

export const Lock = Type.Object({
  task: Type.Integer({ description: 'Number of the task.' }),
  cause: text('“is being started”'),
  since: Time,
})

export const Sighting = Type.Object({
  host: Type.String(),
  uuid: Type.String(),
  state: VmState,
  reason: maybe(text('libvirt’s reason for the state, in its words.')),
  persistent: Type.Boolean(),
  since: Time,
})

export const Vm = Type.Object({
  id: Id,
  name: Type.String(),
  title: maybe(Type.String()),
  state: VmState,
  reason: maybe(text('Why it is in that state, in libvirt’s words.')),
  since: maybe(Time),
  host: maybe(text('Name of the host that shows it.')),
  uuid: maybe(text('libvirt’s UUID.')),
  memoryMiB: count('Given memory.'),
  vcpus: count('Virtual processors.'),
  tags: Type.Array(Type.String()),
  notes: Type.String(),
  protected: Type.Boolean(),
  sample: Type.Boolean(),
  ours: Type.Boolean({ description: 'False: adopted from the host, and not started by Floe yet.' }),
  foreign: maybe(text('Another Floe runs it: that copy’s id. Read-only here.')),
  lock: maybe(Lock),
  drift: maybe(Type.Object({ revision: Type.Integer(), at: Time, title: text('What was changed outside.') })),
  problem: maybe(Problem),
  createdAt: maybe(
    Type.String({ format: 'date-time', description: 'Null for one that was not made by this Floe: nobody knows.' }),
  ),
  createdBy: maybe(Type.String()),
  knownSince: Type.String({
    format: 'date-time',
    description: 'When this Floe made it or saw it first; what “created” sorts by.',
  }),
  revision: Type.Integer({ description: 'Of its last change.' }),
})

export const VmDetail = Type.Object({
  ...Vm.properties,
  sightings: Type.Array(Sighting),
  virtualization: text('kvm or qemu (software).'),
  arch: maybe(Type.String()),
  machine: maybe(Type.String()),
  firmware: maybe(Type.String()),
  cpu: maybe(Type.String()),
  autostart: Type.Boolean(),
  atStart: maybe(
    Type.Object(
      { memoryMiB: Type.Integer(), vcpus: Type.Integer() },
      { description: 'What it has when it starts next, where that is not what its guest has now.' },
    ),
  ),
  disks: Type.Array(Disk),
  removable: Type.Array(Removable, {
    description: 'The disks that deleting it with `disks=remove` takes: volumes of Floe’s own pool that it alone uses.',
  }),
  nics: Type.Array(Nic),
  graphics: Type.Array(Type.Object({ type: Type.String(), port: maybe(Type.Integer()), listen: maybe(Type.String()) })),
  serial: Type.Boolean({ description: 'It has a serial console.' }),
  addresses: Type.Array(Type.String()),
  xml: text('The definition as libvirt has it, without secrets; to read, never to send.'),
  chosen: Type.Array(Type.Object({ what: Type.String(), value: Type.String(), because: Type.String() })),
})

export const VmPage = pageOf(Vm)

export const DiskRequest = Type.Union([
  Type.Object(
    {
      pool: refTo('Pool of a disk'),
      volume: refTo('Volume of a disk', 'An existing volume.'),
      device: Type.Optional(Type.Enum(['disk', 'cdrom'])),
    },
    { additionalProperties: false },
  ),
  Type.Object(
    {
      pool: Type.Optional(refTo('Pool of a disk')),
      sizeGiB: Type.Number({ title: 'Size of a disk in GiB', exclusiveMinimum: 0, maximum: 65536 }),
      format: Type.Optional(Type.Enum(['qcow2', 'raw'])),
    },
    { additionalProperties: false },
  ),
])

export const VmCreate = Type.Object(
  {
    name: Name,
    from: Type.Enum(['sample', 'iso', 'disk', 'empty'], {
      title: 'What it boots',
      description: 'What it boots: the sample guest, an ISO image, an existing disk, or nothing yet.',
    }),
    host: Type.Optional(refTo('Host', 'Name or id; chosen when left out.')),
    memoryMiB: Type.Optional(Type.Integer({ title: 'Memory in MiB', minimum: 32, maximum: 16_777_216 })),
    vcpus: Type.Optional(Type.Integer({ title: 'Number of vCPUs', minimum: 1, maximum: 710 })),
    iso: Type.Optional(
      Type.Object(
        { pool: refTo('Pool of the ISO image'), volume: refTo('ISO image') },
        { title: 'ISO image', additionalProperties: false },
      ),
    ),
    disks: Type.Optional(Type.Array(DiskRequest, { title: 'Disks', maxItems: 16 })),
    networks: Type.Optional(
      Type.Array(refTo('Network'), {
        title: 'Networks',
        maxItems: 8,
        description: 'Names of libvirt networks on the host, one NIC each.',
      }),
    ),
    firmware: Type.Optional(Type.Enum(['bios', 'uefi'], { title: 'Firmware' })),
    notes: Type.Optional(prose('Notes')),
    tags: Type.Optional(Type.Array(Name, { title: 'Tags', maxItems: 32 })),
    start: Type.Optional(Type.Boolean({ default: false })),
    owner: Type.Optional(refTo('Owner', 'The person it belongs to.')),
  },
  { additionalProperties: false },
)

export type Vm = Static<typeof Vm>
export type VmDetail = Static<typeof VmDetail>
export type VmCreate = Static<typeof VmCreate>
export type VmState = Static<typeof VmState>
