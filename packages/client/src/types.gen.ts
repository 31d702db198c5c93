// Made by tools/openapi.ts from openapi.json. Do not edit.

export type Account = {
  /** Floe's own identifier. */
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly mustChangePassword: boolean
  /** UTC, RFC 3339. */
  readonly createdAt: string
  /** UTC, RFC 3339. */
  readonly lastSeenAt: string | null
}

export type AccountCreate = {
  /** Letters, digits, dot, underscore and hyphen; begins with a letter or digit. */
  readonly name: string
  readonly role: Role
}

export type Change = {
  /** Given in commit order; the stream resumes after it. */
  readonly revision: number
  /** UTC, RFC 3339. */
  readonly at: string
  /** vm.started, vm.defined, task.progress, host.up, session.opened, … */
  readonly kind: string
  readonly object: ObjectRef | null
  readonly author: {
    readonly kind: 'user' | 'outside' | 'floe'
    readonly name: string
  }
  readonly task: number | null
  /** One line for people. */
  readonly title: string
  readonly differences: readonly FieldDifference[]
}

export type ChangePage = {
  readonly items: readonly Change[]
  readonly next: string | null
  readonly revision: number
}

export type ConsoleKind = 'vnc' | 'serial'

export type ConsoleOpen = {
  readonly ticket: string
  readonly vm: string
  readonly kind: ConsoleKind
}

export type Disk = {
  /** As the guest’s bus numbers it: vda, sda. */
  readonly target: string
  /** virtio, scsi, sata, ide, usb. */
  readonly bus: string
  readonly device: 'disk' | 'cdrom' | 'floppy' | 'lun'
  /** File, block device or network source; null when no medium is in. */
  readonly source: string | null
  /** Name of the storage pool, when the source is a volume of one. */
  readonly pool: string | null
  readonly volume: string | null
  readonly format: string | null
  /** What the guest sees. */
  readonly capacityBytes: number | null
  readonly readonly: boolean
}

export type DiskRequest = {
  readonly pool: string
  /** An existing volume. */
  readonly volume: string
  readonly device?: 'disk' | 'cdrom' | undefined
} | {
  readonly pool?: string | undefined
  readonly sizeGiB: number
  readonly format?: 'qcow2' | 'raw' | undefined
}

export type FieldDifference = {
  /** In words. */
  readonly field: string
  readonly path: string
  readonly before: string | null
  readonly after: string | null
}

export type FieldProblem = {
  /** Its name in the schema: `vcpus`, `disks.0.sizeGiB`. */
  readonly field: string
  /** JSON pointer into the body, when it is of the body: `/disks/0/sizeGiB`. */
  readonly pointer?: string | undefined
  /** What people call it: “Memory”. */
  readonly label?: string | undefined
  /** Completes a sentence that begins with the label or the field. */
  readonly why: string
}

export type Health = {
  readonly status: 'ok' | 'starting' | 'failing'
  readonly version: string
  readonly copy?: string | undefined
  readonly why?: string | undefined
}

export type Host = {
  /** Floe's own identifier. */
  readonly id: string
  readonly name: string
  readonly uri: string
  readonly state: HostState
  /** Why it is not up, in words. */
  readonly reason: string | null
  /** UTC, RFC 3339. */
  readonly since: string
  /** Version. */
  readonly libvirt: string | null
  /** Version. */
  readonly qemu: string | null
  /** Processors. */
  readonly cpus: number
  readonly cpuModel: string | null
  /** Of the machine. */
  readonly memoryBytes: number
  /** At the last look. */
  readonly memoryFreeBytes: number | null
  readonly kvm: {
    readonly works: boolean
    /** What the probe guest said, or why software emulation is used. */
    readonly why: string
  }
  readonly vms: {
    readonly all: number
    readonly running: number
  }
  /** Differences that the slow re-list found and events had missed. */
  readonly repaired: number
  /** UTC, RFC 3339. */
  readonly relistedAt: string | null
  readonly problem: Problem | null
}

export type HostAdd = {
  /** Letters, digits, dot, underscore and hyphen; begins with a letter or digit. */
  readonly name?: string | undefined
  readonly uri: string
}

export type HostPage = {
  readonly items: readonly Host[]
  /** Rows that match, over all pages. */
  readonly total: number
  /** Give it as `after` for the next page; null on the last. */
  readonly next: string | null
  /** The change the answer is as of; the stream goes on from here. */
  readonly revision: number
}

export type HostState = 'connecting' | 'up' | 'down'

export type Lock = {
  /** Number of the task. */
  readonly task: number
  /** “is being started” */
  readonly cause: string
  /** UTC, RFC 3339. */
  readonly since: string
}

export type Login = {
  readonly name: string
  readonly password: string
  /** cli: the answer carries a bearer token instead of a cookie. */
  readonly use?: 'web' | 'cli' | undefined
}

export type Network = {
  /** Floe's own identifier. */
  readonly id: string
  readonly host: string
  readonly name: string
  readonly active: boolean
  readonly bridge: string | null
  /** nat, route, bridge, …; null: isolated. */
  readonly forward: string | null
  readonly autostart: boolean
}

export type NetworkPage = {
  readonly items: readonly Network[]
  /** Rows that match, over all pages. */
  readonly total: number
  /** Give it as `after` for the next page; null on the last. */
  readonly next: string | null
  /** The change the answer is as of; the stream goes on from here. */
  readonly revision: number
}

export type Nic = {
  readonly mac: string | null
  readonly model: string | null
  /** libvirt network, bridge or device. */
  readonly network: string | null
  /** network, bridge, direct, user, … */
  readonly kind: string
  /** The device on the host, while it runs. */
  readonly target: string | null
}

export type ObjectRef = {
  readonly kind: 'vm' | 'host' | 'pool' | 'volume' | 'network' | 'account' | 'task'
  readonly id: string
  readonly name: string
}

export type OneTimePassword = {
  readonly name: string
  readonly password: string
}

export type Overview = {
  readonly needs: readonly ({
    readonly object: ObjectRef | null
    /** What is wrong. */
    readonly title: string
    /** UTC, RFC 3339. */
    readonly since: string | null
    /** What mends it. */
    readonly remedy: string
    readonly worst: 'error' | 'warning'
  })[]
  /** Count by state. */
  readonly vms: Readonly<Record<string, number>>
  readonly hosts: Readonly<Record<string, number>>
  readonly memory: {
    readonly totalBytes: number
    readonly givenBytes: number
  }
  readonly pools: {
    /** Of running pools, each file system counted once. */
    readonly capacityBytes: number
    readonly availableBytes: number
    /** Pools that lie on the file system of another and are not counted again. */
    readonly shared: number
  }
}

export type PasswordChange = {
  readonly old?: string | undefined
  readonly new: string
}

export type Pool = {
  /** Floe's own identifier. */
  readonly id: string
  readonly host: string
  readonly name: string
  /** libvirt’s pool type. */
  readonly type: string
  /** running or inactive. */
  readonly state: string
  readonly path: string | null
  /** Of the pool. */
  readonly capacityBytes: number
  /** Used. */
  readonly allocationBytes: number
  /** Free. */
  readonly availableBytes: number
  /** Floe’s own pool; every other one is only read. */
  readonly ours: boolean
}

export type PoolPage = {
  readonly items: readonly Pool[]
  /** Rows that match, over all pages. */
  readonly total: number
  /** Give it as `after` for the next page; null on the last. */
  readonly next: string | null
  /** The change the answer is as of; the stream goes on from here. */
  readonly revision: number
}

export type Problem = {
  /** Stable, for programs. */
  readonly code: string
  /** A sentence for people. */
  readonly title: string
  /** A sentence for people. */
  readonly remedy: string
}

export type ProblemDocument = {
  /** `/errors/CODE` */
  readonly type: string
  /** A sentence for people. */
  readonly title: string
  readonly status: number
  /** One of the codes the operation lists. */
  readonly code: string
  readonly detail?: string | undefined
  /** The request. */
  readonly instance?: string | undefined
  readonly errors?: readonly FieldProblem[] | undefined
}

export type Progress = {
  readonly done: number
  readonly total: number | null
  /** bytes, steps, … */
  readonly unit: string | null
  readonly words: string | null
}

export type Removable = {
  /** Name of the storage pool. */
  readonly pool: string
  /** Its name there. */
  readonly volume: string
  /** What the guest sees. */
  readonly capacityBytes: number
}

export type Role = 'administrator' | 'operator' | 'viewer' | 'user'

export type Session = {
  readonly account: Account
  /** Send it as X-Floe-Csrf with every call that changes something. */
  readonly csrf: string
  /** For `use: cli` only. Shown once. */
  readonly token?: string | undefined
  /** This Floe’s id. */
  readonly copy: string
  readonly version: string
  /** The connection is encrypted. */
  readonly secure: boolean
}

export type Sighting = {
  readonly host: string
  readonly uuid: string
  readonly state: VmState
  /** libvirt’s reason for the state, in its words. */
  readonly reason: string | null
  readonly persistent: boolean
  /** UTC, RFC 3339. */
  readonly since: string
}

export type StreamChange = {
  readonly change: Change
  readonly vm?: Vm | undefined
  readonly host?: Host | undefined
  readonly task?: Task | undefined
  readonly pool?: Pool | undefined
  readonly network?: Network | undefined
}

export type Task = {
  /** Floe's own identifier. */
  readonly id: string
  /** Short name for people. */
  readonly number: number
  /** vm.start */
  readonly kind: string
  /** Start welcome */
  readonly title: string
  readonly object: ObjectRef | null
  readonly state: TaskState
  /** What it does now. */
  readonly step: string | null
  readonly steps: {
    readonly done: number
    readonly all: number
  }
  readonly progress: Progress | null
  /** Why it was begun, when it was not a person. */
  readonly cause: string | null
  readonly by: string
  readonly error: TaskError | null
  /** UTC, RFC 3339. */
  readonly createdAt: string
  /** UTC, RFC 3339. */
  readonly startedAt: string | null
  /** UTC, RFC 3339. */
  readonly endedAt: string | null
}

export type TaskAnswer = {
  readonly task: Task
}

export type TaskDetail = {
  /** Floe's own identifier. */
  readonly id: string
  /** Short name for people. */
  readonly number: number
  /** vm.start */
  readonly kind: string
  /** Start welcome */
  readonly title: string
  readonly object: ObjectRef | null
  readonly state: TaskState
  /** What it does now. */
  readonly step: string | null
  readonly steps: {
    readonly done: number
    readonly all: number
  }
  readonly progress: Progress | null
  /** Why it was begun, when it was not a person. */
  readonly cause: string | null
  readonly by: string
  readonly error: TaskError | null
  /** UTC, RFC 3339. */
  readonly createdAt: string
  /** UTC, RFC 3339. */
  readonly startedAt: string | null
  /** UTC, RFC 3339. */
  readonly endedAt: string | null
  readonly journal: readonly ({
    readonly name: string
    /** skipped: the task turned back, or ended, before it. */
    readonly state: 'pending' | 'doing' | 'done' | 'undoing' | 'undone' | 'failed' | 'skipped'
    /** UTC, RFC 3339. */
    readonly startedAt: string | null
    /** UTC, RFC 3339. */
    readonly endedAt: string | null
    readonly error: string | null
  })[]
  readonly locks: readonly {
    readonly object: ObjectRef
    readonly cause: string
  }[]
  readonly log: readonly {
    /** UTC, RFC 3339. */
    readonly at: string
    readonly line: string
  }[]
  readonly result: unknown
  /** What cancelling it now would do. */
  readonly cancel: string
}

export type TaskError = {
  readonly code: string
  /** What was not done, why, and what to do. */
  readonly message: string
  /** What could not be put back. */
  readonly left?: string | undefined
}

export type TaskPage = {
  readonly items: readonly Task[]
  /** Rows that match, over all pages. */
  readonly total: number
  /** Give it as `after` for the next page; null on the last. */
  readonly next: string | null
  /** The change the answer is as of; the stream goes on from here. */
  readonly revision: number
}

export type TaskState = 'waiting' | 'running' | 'undoing' | 'done' | 'failed' | 'undone' | 'cancelled'

export type Ticket = {
  /** One use, bound to this session and VM. Sent as the first message of the WebSocket, never in its address. */
  readonly ticket: string
  /** Path of the WebSocket. */
  readonly socket: string
  /** UTC, RFC 3339. */
  readonly expiresAt: string
}

export type Vm = {
  /** Floe's own identifier. */
  readonly id: string
  readonly name: string
  readonly title: string | null
  readonly state: VmState
  /** Why it is in that state, in libvirt’s words. */
  readonly reason: string | null
  /** UTC, RFC 3339. */
  readonly since: string | null
  /** Name of the host that shows it. */
  readonly host: string | null
  /** libvirt’s UUID. */
  readonly uuid: string | null
  /** Given memory. */
  readonly memoryMiB: number
  /** Virtual processors. */
  readonly vcpus: number
  readonly tags: readonly string[]
  readonly notes: string
  readonly protected: boolean
  readonly sample: boolean
  /** False: adopted from the host, and not started by Floe yet. */
  readonly ours: boolean
  /** Another Floe runs it: that copy’s id. Read-only here. */
  readonly foreign: string | null
  readonly lock: Lock | null
  readonly drift: {
    readonly revision: number
    /** UTC, RFC 3339. */
    readonly at: string
    /** What was changed outside. */
    readonly title: string
  } | null
  readonly problem: Problem | null
  /** Null for one that was not made by this Floe: nobody knows. */
  readonly createdAt: string | null
  readonly createdBy: string | null
  /** When this Floe made it or saw it first; what “created” sorts by. */
  readonly knownSince: string
  /** Of its last change. */
  readonly revision: number
}

export type VmCreate = {
  /** Letters, digits, dot, underscore and hyphen; begins with a letter or digit. */
  readonly name: string
  /** What it boots: the sample guest, an ISO image, an existing disk, or nothing yet. */
  readonly from: 'sample' | 'iso' | 'disk' | 'empty'
  /** Name or id; chosen when left out. */
  readonly host?: string | undefined
  readonly memoryMiB?: number | undefined
  readonly vcpus?: number | undefined
  readonly iso?: {
    readonly pool: string
    readonly volume: string
  } | undefined
  readonly disks?: readonly DiskRequest[] | undefined
  /** Names of libvirt networks on the host, one NIC each. */
  readonly networks?: readonly string[] | undefined
  readonly firmware?: 'bios' | 'uefi' | undefined
  /** Without control characters. */
  readonly notes?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly start?: boolean | undefined
  /** The person it belongs to. */
  readonly owner?: string | undefined
}

export type VmDetail = {
  /** Floe's own identifier. */
  readonly id: string
  readonly name: string
  readonly title: string | null
  readonly state: VmState
  /** Why it is in that state, in libvirt’s words. */
  readonly reason: string | null
  /** UTC, RFC 3339. */
  readonly since: string | null
  /** Name of the host that shows it. */
  readonly host: string | null
  /** libvirt’s UUID. */
  readonly uuid: string | null
  /** Given memory. */
  readonly memoryMiB: number
  /** Virtual processors. */
  readonly vcpus: number
  readonly tags: readonly string[]
  readonly notes: string
  readonly protected: boolean
  readonly sample: boolean
  /** False: adopted from the host, and not started by Floe yet. */
  readonly ours: boolean
  /** Another Floe runs it: that copy’s id. Read-only here. */
  readonly foreign: string | null
  readonly lock: Lock | null
  readonly drift: {
    readonly revision: number
    /** UTC, RFC 3339. */
    readonly at: string
    /** What was changed outside. */
    readonly title: string
  } | null
  readonly problem: Problem | null
  /** Null for one that was not made by this Floe: nobody knows. */
  readonly createdAt: string | null
  readonly createdBy: string | null
  /** When this Floe made it or saw it first; what “created” sorts by. */
  readonly knownSince: string
  /** Of its last change. */
  readonly revision: number
  readonly sightings: readonly Sighting[]
  /** kvm or qemu (software). */
  readonly virtualization: string
  readonly arch: string | null
  readonly machine: string | null
  readonly firmware: string | null
  readonly cpu: string | null
  readonly autostart: boolean
  /** What it has when it starts next, where that is not what its guest has now. */
  readonly atStart: {
    readonly memoryMiB: number
    readonly vcpus: number
  } | null
  readonly disks: readonly Disk[]
  /** The disks that deleting it with `disks=remove` takes: volumes of Floe’s own pool that it alone uses. */
  readonly removable: readonly Removable[]
  readonly nics: readonly Nic[]
  readonly graphics: readonly ({
    readonly type: string
    readonly port: number | null
    readonly listen: string | null
  })[]
  /** It has a serial console. */
  readonly serial: boolean
  readonly addresses: readonly string[]
  /** The definition as libvirt has it, without secrets; to read, never to send. */
  readonly xml: string
  readonly chosen: readonly {
    readonly what: string
    readonly value: string
    readonly because: string
  }[]
}

export type VmPage = {
  readonly items: readonly Vm[]
  /** Rows that match, over all pages. */
  readonly total: number
  /** Give it as `after` for the next page; null on the last. */
  readonly next: string | null
  /** The change the answer is as of; the stream goes on from here. */
  readonly revision: number
}

export type VmState = 'running' | 'blocked' | 'paused' | 'shutdown' | 'shutoff' | 'crashed' | 'pmsuspended' | 'unknown' | 'undefined'

export type Volume = {
  /** Floe's own identifier. */
  readonly id: string
  readonly host: string
  readonly pool: string
  readonly name: string
  readonly path: string
  readonly format: string | null
  readonly kind: 'disk' | 'iso' | 'other'
  /** What a guest would see. */
  readonly capacityBytes: number
  /** What it takes. */
  readonly allocationBytes: number
  readonly usedBy: readonly string[]
}

export type VolumePage = {
  readonly items: readonly Volume[]
  /** Rows that match, over all pages. */
  readonly total: number
  /** Give it as `after` for the next page; null on the last. */
  readonly next: string | null
  /** The change the answer is as of; the stream goes on from here. */
  readonly revision: number
}

/** What each operation takes and answers, by the client's name for it. */
export type Operations = {
  /** Log in. */
  login: {
    params: undefined
    query: undefined
    body: Login
    answer: Session
  }
  /** Log out; the session is dead at once. */
  logout: {
    params: undefined
    query: undefined
    body: undefined
    answer: undefined
  }
  /** Who am I. */
  session: {
    params: undefined
    query: undefined
    body: undefined
    answer: Session
  }
  /** Choose a password; every other session of the account ends. With a one-time password `old` may be left out: the login just proved it. */
  changePassword: {
    params: undefined
    query: undefined
    body: PasswordChange
    answer: Session
  }
  /** List users. */
  listUsers: {
    params: undefined
    query: undefined
    body: undefined
    answer: {
      readonly items: readonly Account[]
    }
  }
  /** Create a user; answers a one-time password. */
  createUser: {
    params: undefined
    query: undefined
    body: AccountCreate
    answer: {
      readonly account: Account
      readonly password: string
    }
  }
  /** A new one-time password for a user who has not chosen one yet. */
  firstPassword: {
    params: {
      /** Id, or name. */
      readonly user: string
    }
    query: undefined
    body: undefined
    answer: OneTimePassword
  }
  /** Replace a user’s password by a one-time password; their sessions end. */
  resetPassword: {
    params: {
      /** Id, or name. */
      readonly user: string
    }
    query: undefined
    body: undefined
    answer: OneTimePassword
  }
  /** What is wrong, and how much there is. */
  overview: {
    params: undefined
    query: undefined
    body: undefined
    answer: Overview
  }
  /** List tasks, newest first. */
  listTasks: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
      /** Only of this VM. */
      readonly vm?: string | undefined
      readonly host?: string | undefined
      /** A state, or `open` for what has not ended. */
      readonly state?: string | undefined
    }
    body: undefined
    answer: TaskPage
  }
  /** Show a task. */
  getTask: {
    params: {
      /** Number or id. */
      readonly task: string
    }
    query: undefined
    body: undefined
    answer: TaskDetail
  }
  /** Cancel a task: what it did is undone. */
  cancelTask: {
    params: {
      /** Number or id. */
      readonly task: string
    }
    query: undefined
    body: undefined
    answer: TaskAnswer
  }
  /** List changes, newest first. */
  listChanges: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
      /** Only of this VM. */
      readonly vm?: string | undefined
      readonly host?: string | undefined
      readonly author?: 'user' | 'outside' | 'floe' | undefined
      /** One kind, or a noun for all of its kinds. */
      readonly kind?: string | undefined
      /** With every step and progress of tasks too. */
      readonly steps?: boolean | undefined
    }
    body: undefined
    answer: ChangePage
  }
  /** Follow changes as server-sent events. Messages: `hello` {revision}, `change` (id: its revision), `resync` {why}: load anew, then go on. Resumes after `since` or the Last-Event-ID header. */
  streamChanges: {
    params: undefined
    query: {
      /** Go on after this revision; left out: from now. */
      readonly since?: number | undefined
    }
    body: undefined
    answer: never
  }
  /** The process lives. */
  health: {
    params: undefined
    query: undefined
    body: undefined
    answer: Health
  }
  /** It can serve: database there, schema current. */
  ready: {
    params: undefined
    query: undefined
    body: undefined
    answer: Health
  }
  /** Figures for Prometheus. */
  metrics: {
    params: undefined
    query: undefined
    body: undefined
    answer: string
  }
  /** This document. */
  openapi: {
    params: undefined
    query: undefined
    body: undefined
    answer: unknown
  }
  /** List hosts. */
  listHosts: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
    }
    body: undefined
    answer: HostPage
  }
  /** Add a host. Connects, lists what is there, makes Floe’s own pool and proves KVM with a probe guest. What runs there is adopted and not touched. A host that is here already is refused; look at it again with its refresh. */
  addHost: {
    params: undefined
    query: undefined
    body: HostAdd
    answer: TaskAnswer
  }
  /** Show a host. */
  getHost: {
    params: {
      /** Id, or name. */
      readonly host: string
    }
    query: undefined
    body: undefined
    answer: Host
  }
  /** Look at everything on a host again. */
  refreshHost: {
    params: {
      /** Id, or name. */
      readonly host: string
    }
    query: undefined
    body: undefined
    answer: TaskAnswer
  }
  /** List storage pools. */
  listPools: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
      /** Only of this host. */
      readonly host?: string | undefined
    }
    body: undefined
    answer: PoolPage
  }
  /** List volumes. */
  listVolumes: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
      /** Only of this host. */
      readonly host?: string | undefined
      readonly pool?: string | undefined
      readonly kind?: 'disk' | 'iso' | 'other' | undefined
    }
    body: undefined
    answer: VolumePage
  }
  /** List networks. */
  listNetworks: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
      /** Only of this host. */
      readonly host?: string | undefined
    }
    body: undefined
    answer: NetworkPage
  }
  /** List VMs. A page after a cursor, or with `from` a window of rows for a table that scrolls. */
  listVms: {
    params: undefined
    query: {
      /** Rows at most. */
      readonly limit?: number | undefined
      /** The `next` of the page before. */
      readonly after?: string | undefined
      /** First row of a window; instead of `after`. */
      readonly from?: number | undefined
      /** Part of a name or tag. */
      readonly q?: string | undefined
      /** One state of libvirt’s. */
      readonly state?: string | undefined
      readonly host?: string | undefined
      readonly sort?: 'name' | '-name' | 'state' | '-state' | 'memory' | '-memory' | 'vcpus' | '-vcpus' | 'created' | '-created' | undefined
    }
    body: undefined
    answer: VmPage
  }
  /** Create a VM. From the sample guest, an ISO image, an existing disk, or empty. Disks, ISOs and networks are chosen from the inventory, never by a path. */
  createVm: {
    params: undefined
    query: undefined
    body: VmCreate
    answer: TaskAnswer
  }
  /** Count VMs by state. */
  countVms: {
    params: undefined
    query: undefined
    body: undefined
    answer: {
      readonly byState: Readonly<Record<string, number>>
      readonly total: number
    }
  }
  /** Say what creating a VM would choose, and the command it amounts to. */
  planVm: {
    params: undefined
    query: undefined
    body: VmCreate
    answer: {
      readonly command: string
      readonly chosen: readonly {
        readonly what: string
        readonly value: string
        readonly because: string
      }[]
      /** What may be wanted and will disappoint all the same: more than the host has. */
      readonly warnings: readonly {
        readonly field: string
        /** A sentence for people. */
        readonly title: string
      }[]
      readonly obstacles: readonly ({
        readonly code: string
        readonly field: string | null
        /** A sentence for people. */
        readonly title: string
      })[]
    }
  }
  /** Show a VM. */
  getVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: VmDetail
  }
  /** Change notes, tags or protection. */
  editVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: {
      /** Without control characters. */
      readonly notes?: string | undefined
      readonly tags?: readonly string[] | undefined
      readonly protected?: boolean | undefined
    }
    answer: Vm
  }
  /** Delete a VM. Removes the definition. Disks stay unless `disks=remove`, which removes what `removable` of the VM lists: volumes of Floe’s own pool that it alone uses, whoever made them. */
  deleteVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: {
      readonly disks?: 'keep' | 'remove' | undefined
    }
    body: undefined
    answer: TaskAnswer
  }
  /** Start a VM. */
  startVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: TaskAnswer
  }
  /** Shut a VM down: asks the guest, and says when it ignores that. */
  shutDownVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: TaskAnswer
  }
  /** Power a VM off at once, as if its plug were pulled. */
  powerOffVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: TaskAnswer
  }
  /** Take over a VM that another Floe runs. */
  takeOverVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: TaskAnswer
  }
  /** Accept what was changed outside. */
  keepDrift: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: Vm
  }
  /** A picture of the screen as PNG. */
  screenshotVm: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: undefined
    answer: Blob
  }
  /** A one-time ticket for a console. */
  consoleTicket: {
    params: {
      /** Id, or name. */
      readonly vm: string
    }
    query: undefined
    body: {
      readonly kind: ConsoleKind
    }
    answer: Ticket
  }
}
