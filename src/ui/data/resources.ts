import type { Operations } from '@floe/client'

export type {
  Change,
  Disk,
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
  Vm,
  VmCreate,
  VmDetail,
  VmPage,
  Volume,
} from '@floe/client'

export type VmPlan = Operations['planVm']['answer']
export type ListQuery = NonNullable<Operations['listVms']['query']>
