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
export const useSelection = (rowAt: (index: number) => Vm | undefined): Selection => {
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
      setChosen((before) => {
        const after = new Map(before)
        for (let at = Math.min(anchor, index); at <= Math.max(anchor, index); at++) {
          const vm = rowAt(at)
          if (vm !== undefined) after.set(vm.id, vm)
        }
        return after
      })
    },
    [rowAt, anchor],
  )
  const set = useCallback((vms: readonly Vm[]) => setChosen(new Map(vms.map((vm) => [vm.id, vm]))), [])
  const clear = useCallback(() => setChosen(new Map()), [])
  return { chosen, toggle, extend, set, clear }
}
