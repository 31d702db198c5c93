import type { Operations, VmDetail } from '@floe/client'

export type {
  Account,
  Change,
  ChangePage,
  Disk,
  DiskRequest,
  FieldDifference,
  Host,
  Network,
  Nic,
  ObjectRef,
  Overview,
  Pool,
  Session,
  StreamChange,
  Task,
  TaskDetail,
  TaskState,
  Ticket,
  Vm,
  VmCreate,
  VmDetail,
  VmPage,
  VmState,
  Volume,
} from '@floe/client'

export type Chosen = VmDetail['chosen'][number]
export type VmPlan = Operations['planVm']['answer']
export type ListQuery = NonNullable<Operations['listVms']['query']>
