import type { ReactElement } from 'react'

import { useWhyNot } from '../../data/may.ts'
import type { Vm } from '../../data/resources.ts'
import { Button } from '../../parts/button.tsx'
import type { IconName } from '../../parts/icon.tsx'
import { offers } from '../../parts/state-look.ts'
import { useVmActions, type VmVerb } from '../../parts/vm-actions.tsx'

const verbs: readonly { readonly verb: VmVerb; readonly text: string; readonly icon: IconName }[] = [
  { verb: 'start', text: 'Start', icon: 'play' },
  { verb: 'shutDown', text: 'Shut down', icon: 'shutdown' },
  { verb: 'powerOff', text: 'Power off…', icon: 'poweroff' },
  { verb: 'delete', text: 'Delete…', icon: 'trash' },
]

/** What can be done to the chosen VMs; each button says how many it fits. */
export const BulkBar = ({
  vms,
  onClear,
}: {
  readonly vms: readonly Vm[]
  readonly onClear: () => void
}): ReactElement | null => {
  const { act } = useVmActions()
  const whyNot = useWhyNot()
  if (vms.length === 0) return null
  return (
    <div className="bulk" role="toolbar" aria-label="The selected VMs">
      <span className="strong">{vms.length.toLocaleString('en')} selected</span>
      <span className="rule" />
      {verbs.map(({ verb, text, icon }) => {
        const fits = vms.filter((vm) => offers(vm)[verb]).length
        return (
          <Button
            key={verb}
            look="plain"
            icon={icon}
            disabled={fits === 0}
            whyNot={whyNot(verb === 'delete' ? 'delete' : 'operate')}
            onPress={() => act(verb, vms)}
          >
            {text} <span className="count">{fits}</span>
          </Button>
        )
      })}
      <span className="rule" />
      <Button look="plain" icon="close" label="Clear the selection" onPress={onClear}>
        <kbd>Esc</kbd>
      </Button>
    </div>
  )
}
