import { useCallback, useState } from 'react'

import type { Vm } from '../../data/resources.ts'

export type Selection = {
  readonly chosen: ReadonlyMap<string, Vm>
  readonly toggle: (index: number) => void
  /** Chooses everything between the last row touched and this one. */
  readonly extend: (index: number) => void
  readonly set: (vms: readonly Vm[]) => void
  readonly clear: () => void
}

/** Which VMs are chosen. Kept by id, so that a row that moves, or leaves the view, stays chosen. */
export const useSelection = (
  rowAt: (index: number) => Vm | undefined,
  rowsOf: (first: number, last: number) => Promise<readonly Vm[]>,
): Selection => {
  const [chosen, setChosen] = useState<ReadonlyMap<string, Vm>>(new Map())
  const [anchor, setAnchor] = useState(0)

  const toggle = useCallback(
    (index: number) => {
      const vm = rowAt(index)
      if (vm === undefined) return
      setAnchor(index)
      setChosen((before) => {
        const after = new Map(before)
        if (!after.delete(vm.id)) after.set(vm.id, vm)
        return after
      })
    },
    [rowAt],
  )
  const extend = useCallback(
    (index: number) => {
      // Rows between that nobody has looked at yet are chosen like those one sees.
      void rowsOf(Math.min(anchor, index), Math.max(anchor, index)).then((vms) =>
        setChosen((before) => new Map([...before, ...vms.map((vm) => [vm.id, vm] as const)])),
      )
    },
    [rowsOf, anchor],
  )
  const set = useCallback((vms: readonly Vm[]) => setChosen(new Map(vms.map((vm) => [vm.id, vm]))), [])
  const clear = useCallback(() => setChosen(new Map()), [])
  return { chosen, toggle, extend, set, clear }
}
