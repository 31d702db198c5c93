import { useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useWhyNot } from '../data/may.ts'
import type { Vm } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { Menu, type MenuEntry } from './menu.tsx'
import { offers } from './state-look.ts'
import { useVmActions } from './vm-actions.tsx'

/** Everything one can do to a VM, behind ⋮. What makes no sense now is greyed. */
export const VmMenu = ({ vm, short }: { readonly vm: Vm; readonly short?: boolean }): ReactElement => {
  const { act, takeOver } = useVmActions()
  const navigate = useNavigate()
  const whyNot = useWhyNot()
  const can = offers(vm)
  const operate = whyNot('operate')
  const verbs: readonly MenuEntry[] = [
    {
      id: 'start',
      text: 'Start',
      icon: 'play',
      disabled: !can.start || operate !== undefined,
      note: operate,
      onPress: () => act('start', [vm]),
    },
    {
      id: 'down',
      text: 'Shut down',
      icon: 'shutdown',
      disabled: !can.shutDown || operate !== undefined,
      onPress: () => act('shutDown', [vm]),
    },
    {
      id: 'console',
      text: 'Console',
      icon: 'vm',
      disabled: vm.foreign !== null,
      note: vm.foreign === null ? undefined : 'Another Floe runs it.',
      onPress: () => void navigate({ to: '/vms/$vm/consoles', params: { vm: vm.name } }),
    },
  ]
  const rest: readonly MenuEntry[] = [
    {
      id: 'off',
      text: 'Power off…',
      icon: 'poweroff',
      disabled: !can.powerOff || operate !== undefined,
      onPress: () => act('powerOff', [vm]),
    },
    ...(vm.foreign === null || short === true
      ? []
      : [
          {
            id: 'take',
            text: 'Take over',
            icon: 'lock',
            disabled: whyNot('take-over') !== undefined,
            note: whyNot('take-over') ?? 'Another Floe runs it.',
            onPress: () => takeOver(vm),
          } as const,
        ]),
    {
      id: 'delete',
      text: 'Delete…',
      icon: 'trash',
      ruled: true,
      disabled: !can.delete || vm.protected || whyNot('delete') !== undefined,
      note: deleteNote(vm, can.delete, whyNot('delete')),
      onPress: () => act('delete', [vm]),
    },
  ]
  return <Menu label={`Actions of ${visibleText(vm.name)}`} entries={short === true ? rest : [...verbs, ...rest]} />
}

const deleteNote = (vm: Vm, can: boolean, forbidden: string | undefined): string | undefined => {
  if (forbidden !== undefined) return forbidden
  if (vm.foreign !== null) return 'Another Floe runs it.'
  if (vm.protected) return 'It is protected from deletion.'
  return can ? undefined : 'Only while it is off.'
}
