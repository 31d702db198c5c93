import type { ReactElement } from 'react'

import { counted } from '../data/format.ts'
import type { Vm } from '../data/resources.ts'
import { visibleText } from '../data/visible-text.ts'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'
import { Names } from './name.tsx'

/** It interrupts, so it is asked; it can be started again, so the question is small. */
export const PowerOffDialog = (props: {
  readonly vms: readonly Vm[]
  readonly onYes: () => void
  readonly onClose: () => void
}): ReactElement => {
  const [first] = props.vms
  const one = props.vms.length === 1 && first !== undefined
  const what = one ? visibleText(first.name, 60) : counted(props.vms.length, 'VM')
  return (
    <Modal
      title={`Power off ${what}?`}
      onClose={props.onClose}
      buttons={
        <>
          <Button look="danger" onPress={props.onYes} autoFocus>
            Power off {what}
          </Button>
          <Button look="link" onPress={props.onClose}>
            {one ? 'Leave it running' : 'Leave them running'}
          </Button>
        </>
      }
    >
      <p>
        As if the plug were pulled: what the guest has not written to its disk is lost. “Shut down” asks the guest to
        end by itself.
      </p>
      {one ? null : (
        <p className="quiet">
          <Names of={props.vms.map((vm) => vm.name)} />
        </p>
      )}
    </Modal>
  )
}
