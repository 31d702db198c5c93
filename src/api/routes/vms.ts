import { Type } from 'typebox'

import { maybe, Name, PageQuery, prose, Ref, Words } from '../resources/common.ts'
import { ConsoleKind, Ticket } from '../resources/console.ts'
import { TaskAnswer } from '../resources/task.ts'
import { Vm, VmCreate, VmDetail, VmPage } from '../resources/vm.ts'
import { route } from '../route.ts'

const params = Type.Object({ vm: Ref })
const task = { 202: TaskAnswer }
const locked = ['vm_locked', 'vm_foreign', 'vm_twice', 'vm_unseen', 'host_unreachable'] as const

const verb = <const Id extends string, const Errors extends readonly string[]>(
  id: Id,
  summary: string,
  errors: Errors,
) =>
  ({
    id: `vm.${id}`,
    method: 'POST',
    path: `/vms/:vm/${id}`,
    summary,
    may: 'vm.operate',
    on: 'vm',
    params,
    answers: task,
    errors: ['not_found', 'name_ambiguous', ...locked, ...errors],
  }) as const

export const vmRoutes = {
  listVms: route({
    id: 'vm.list',
    method: 'GET',
    path: '/vms',
    summary: 'List VMs',
    description: 'A page after a cursor, or with `from` a window of rows for a table that scrolls.',
    may: 'vm.see',
    query: Type.Object({
      ...PageQuery,
      from: Type.Optional(
        Type.Integer({ minimum: 0, maximum: 10_000_000, description: 'First row of a window; instead of `after`.' }),
      ),
      q: Type.Optional(Type.String({ maxLength: 200, description: 'Part of a name or tag.' })),
      state: Type.Optional(Type.String({ maxLength: 64, description: 'One state of libvirt’s.' })),
      host: Type.Optional(Type.String({ maxLength: 63 })),
      sort: Type.Optional(
        Type.Enum(['name', '-name', 'state', '-state', 'memory', '-memory', 'vcpus', '-vcpus', 'created', '-created']),
      ),
    }),
    answers: { 200: VmPage },
    errors: [],
  }),
  countVms: route({
    id: 'vm.counts',
    method: 'GET',
    path: '/vms/counts',
    summary: 'Count VMs by state',
    may: 'vm.see',
    answers: { 200: Type.Object({ byState: Type.Record(Type.String(), Type.Integer()), total: Type.Integer() }) },
    errors: [],
  }),
  createVm: route({
    id: 'vm.create',
    method: 'POST',
    path: '/vms',
    summary: 'Create a VM',
    description:
      'From the sample guest, an ISO image, an existing disk, or empty. Disks, ISOs and networks are chosen from the inventory, never by a path.',
    may: 'vm.create',
    body: VmCreate,
    answers: task,
    errors: [
      'name_refused',
      'name_taken',
      'no_host',
      'host_unreachable',
      'image_missing',
      'image_format',
      'image_refused',
      'image_in_use',
      'pool_full',
      'no_sample',
      'network_missing',
      'network_off',
      'no_memory',
      'not_valid',
    ],
  }),
  planVm: route({
    id: 'vm.plan',
    method: 'POST',
    path: '/vms/plan',
    summary: 'Say what creating a VM would choose, and the command it amounts to',
    may: 'vm.create',
    body: VmCreate,
    answers: {
      200: Type.Object({
        command: Type.String(),
        chosen: VmDetail.properties.chosen,
        warnings: Type.Array(Type.Object({ field: Type.String(), title: Words }), {
          description: 'What may be wanted and will disappoint all the same: more than the host has.',
        }),
        obstacles: Type.Array(Type.Object({ code: Type.String(), field: maybe(Type.String()), title: Words })),
      }),
    },
    errors: [],
  }),
  getVm: route({
    id: 'vm.get',
    method: 'GET',
    path: '/vms/:vm',
    summary: 'Show a VM',
    may: 'vm.see',
    on: 'vm',
    params,
    answers: { 200: VmDetail },
    errors: ['not_found', 'name_ambiguous'],
  }),
  editVm: route({
    id: 'vm.edit',
    method: 'PATCH',
    path: '/vms/:vm',
    summary: 'Change notes, tags or protection',
    may: 'vm.operate',
    on: 'vm',
    params,
    body: Type.Object(
      {
        notes: Type.Optional(prose('Notes')),
        tags: Type.Optional(Type.Array(Name, { title: 'Tags', maxItems: 32 })),
        protected: Type.Optional(Type.Boolean()),
      },
      { additionalProperties: false },
    ),
    answers: { 200: Vm },
    errors: ['not_found', 'name_ambiguous', 'vm_foreign', 'not_valid'],
  }),
  startVm: route(verb('start', 'Start a VM', ['vm_running', 'no_memory', 'network_off'])),
  shutDownVm: route(
    verb('shutdown', 'Shut a VM down: asks the guest, and says when it ignores that', [
      'vm_not_running',
      'vm_paused',
      'guest_ignored',
    ]),
  ),
  powerOffVm: route(verb('poweroff', 'Power a VM off at once, as if its plug were pulled', ['vm_not_running'])),
  takeOverVm: route({
    id: 'vm.take-over',
    method: 'POST',
    path: '/vms/:vm/take-over',
    summary: 'Take over a VM that another Floe runs',
    may: 'vm.take-over',
    on: 'vm',
    params,
    answers: task,
    errors: ['not_found', 'name_ambiguous', 'vm_locked', 'vm_twice', 'vm_unseen', 'host_unreachable'],
  }),
  deleteVm: route({
    id: 'vm.delete',
    method: 'DELETE',
    path: '/vms/:vm',
    summary: 'Delete a VM',
    description:
      'Removes the definition. Disks stay unless `disks=remove`, which removes what `removable` of the VM lists: volumes of Floe’s own pool that it alone uses, whoever made them.',
    may: 'vm.delete',
    on: 'vm',
    params,
    query: Type.Object({ disks: Type.Optional(Type.Enum(['keep', 'remove'], { default: 'keep' })) }),
    answers: task,
    errors: ['not_found', 'name_ambiguous', ...locked, 'vm_running', 'vm_protected'],
  }),
  keepDrift: route({
    id: 'vm.keep-drift',
    method: 'POST',
    path: '/vms/:vm/keep-drift',
    summary: 'Accept what was changed outside',
    may: 'vm.operate',
    on: 'vm',
    params,
    answers: { 200: Vm },
    errors: ['not_found', 'name_ambiguous', 'vm_foreign'],
  }),
  screenshotVm: route({
    id: 'vm.screenshot',
    method: 'GET',
    path: '/vms/:vm/screenshot',
    summary: 'A picture of the screen as PNG',
    may: 'vm.console',
    on: 'vm',
    params,
    answers: { 200: Type.Unsafe<Buffer>({ type: 'string', format: 'binary', contentMediaType: 'image/png' }) },
    errors: ['not_found', 'name_ambiguous', 'vm_not_running', 'host_unreachable', 'host_silent'],
  }),
  consoleTicket: route({
    id: 'console.ticket',
    method: 'POST',
    path: '/vms/:vm/consoles',
    summary: 'A one-time ticket for a console',
    may: 'vm.console',
    on: 'vm',
    params,
    body: Type.Object({ kind: ConsoleKind }, { additionalProperties: false }),
    answers: { 201: Ticket },
    errors: ['not_found', 'name_ambiguous', 'vm_foreign', 'no_console', 'vm_not_running', 'host_unreachable'],
  }),
}
