import { createContext, useCallback, useContext, useMemo, useState, type ReactElement, type ReactNode } from 'react'

import { client, outcomeOf } from '../data/client.ts'
import { counted } from '../data/format.ts'
import type { Vm } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { PowerOffDialog } from './power-off-dialog.tsx'
import { offers } from './state-look.ts'
import { useToast } from './toasts.tsx'

export type VmVerb = 'start' | 'shutDown' | 'powerOff' | 'delete'

export type VmActions = {
  /** Does it at once, or asks first where it interrupts or cannot come back. VMs it does not fit are left out. */
  readonly act: (verb: VmVerb, vms: readonly Vm[]) => void
  readonly takeOver: (vm: Vm) => void
  readonly keepDrift: (vm: Vm) => void
}

const nothing = (): void => undefined
const Context = createContext<VmActions>({ act: nothing, takeOver: nothing, keepDrift: nothing })

export const useVmActions = (): VmActions => useContext(Context)

const calls = {
  start: (vm: string) => client.startVm({ params: { vm } }),
  shutDown: (vm: string) => client.shutDownVm({ params: { vm } }),
  powerOff: (vm: string) => client.powerOffVm({ params: { vm } }),
}
const notDone = { start: 'started', shutDown: 'shut down', powerOff: 'powered off' }

type Question = { readonly verb: 'powerOff' | 'delete'; readonly vms: readonly Vm[] }

/** Asks the questions before actions and tells what was refused; every page uses the same. */
export const VmActionsProvider = ({ children }: { readonly children: ReactNode }): ReactElement => {
  const toast = useToast()
  const [question, setQuestion] = useState<Question | null>(null)

  const each = useCallback(
    async (vms: readonly Vm[], not: string, call: (id: string) => Promise<unknown>): Promise<void> => {
      const results = await Promise.allSettled(vms.map((vm) => call(vm.id)))
      const refused = results.flatMap((result, at) =>
        result.status === 'rejected' ? [{ vm: vms[at]!, why: result.reason as unknown }] : [],
      )
      const [first] = refused
      if (first === undefined) return
      const title =
        refused.length === 1
          ? `${visibleText(first.vm.name)} was not ${not}`
          : `${counted(refused.length, 'VM')} were not ${not}`
      toast({ look: 'bad', ...outcomeOf(first.why, title) })
    },
    [toast],
  )

  const actions = useMemo<VmActions>(
    () => ({
      act: (verb, vms) => {
        const fitting = vms.filter((vm) => offers(vm)[verb])
        if (fitting.length === 0) return
        if (verb === 'powerOff' || verb === 'delete') setQuestion({ verb, vms: fitting })
        else void each(fitting, notDone[verb], calls[verb])
      },
      takeOver: (vm) => void each([vm], 'taken over', (id) => client.takeOverVm({ params: { vm: id } })),
      keepDrift: (vm) => void each([vm], 'kept as it is', (id) => client.keepDrift({ params: { vm: id } })),
    }),
    [each],
  )
  const close = (): void => setQuestion(null)

  return (
    <Context value={actions}>
      {children}
      {question?.verb === 'powerOff' ? (
        <PowerOffDialog
          vms={question.vms}
          onClose={close}
          onYes={() => {
            close()
            void each(question.vms, notDone.powerOff, calls.powerOff)
          }}
        />
      ) : null}
      {question?.verb === 'delete' ? (
        <DeleteDialog
          vms={question.vms}
          onClose={close}
          onYes={(disks) => {
            close()
            void each(question.vms, 'deleted', (vm) => client.deleteVm({ params: { vm }, query: { disks } }))
          }}
        />
      ) : null}
    </Context>
  )
}
