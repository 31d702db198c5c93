import type { ReactElement } from 'react'

import { useWhyNot } from '../../data/may.ts'
import type { Change, Vm } from '../../data/resources.ts'
import { Button } from '../../parts/button.tsx'
import { useVmActions } from '../../parts/vm-actions.tsx'

/** Beside the change that is the present drift: accept it. */
export const KeepButton = ({ vm, change }: { readonly vm: Vm; readonly change: Change }): ReactElement | null => {
  const { keepDrift } = useVmActions()
  const whyNot = useWhyNot()
  if (vm.drift?.revision !== change.revision) return null
  return (
    <Button look="link" small whyNot={whyNot('operate')} onPress={() => keepDrift(vm)}>
      Keep
    </Button>
  )
}
