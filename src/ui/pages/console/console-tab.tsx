import { getRouteApi } from '@tanstack/react-router'
import type { ReactElement } from 'react'

import { useVm } from '../vm/use-vm.ts'
import { ConsoleView } from './console-view.tsx'

const route = getRouteApi('/inside/shell/vms/$vm/consoles')

/** Both consoles, on the VM's page. Without a screen the serial console comes first. */
export const ConsoleTab = (): ReactElement => {
  const vm = useVm()
  const { kind } = route.useSearch()
  const chosen = kind ?? (vm.graphics.length === 0 && vm.serial ? 'serial' : 'vnc')
  return (
    <div className="console__place">
      <ConsoleView vm={vm} kind={chosen} alone={false} />
    </div>
  )
}
