import { useId, useState, type ReactElement } from 'react'

import { counted } from '../data/format.ts'
import type { Vm } from '../data/resources.ts'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'

/** Deleting keeps the disks unless asked; only then is it for ever, and only then the name is to be typed. */
export const DeleteDialog = (props: {
  readonly vms: readonly Vm[]
  readonly onYes: (disks: 'keep' | 'remove') => void
  readonly onClose: () => void
}): ReactElement => {
  const [disks, setDisks] = useState(false)
  const [typed, setTyped] = useState('')
  const field = useId()
  const [first] = props.vms
  const one = props.vms.length === 1 && first !== undefined
  const what = one ? first.name : counted(props.vms.length, 'VM')
  const word = one ? first.name : `delete ${props.vms.length}`
  return (
    <Modal
      title={disks ? `Delete ${what} and ${one ? 'its disks' : 'their disks'} for ever?` : `Delete ${what}?`}
      onClose={props.onClose}
      buttons={
        <>
          <Button
            look="danger"
            disabled={disks && typed !== word}
            onPress={() => props.onYes(disks ? 'remove' : 'keep')}
          >
            {disks ? 'Delete for ever' : `Delete ${what}`}
          </Button>
          <Button look="link" onPress={props.onClose}>
            {one ? 'Keep it' : 'Keep them'}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          {disks
            ? 'Removes the definition and every disk in Floe’s own pool that no other VM uses. There is no way back.'
            : 'Removes the definition. The disks stay in their pools, so that a new VM can be made of them.'}
        </p>
        {one ? null : <p className="quiet">{props.vms.map((vm) => vm.name).join(', ')}</p>}
        <label className="buttons">
          <input
            className="tick"
            type="checkbox"
            checked={disks}
            onChange={(event) => setDisks(event.target.checked)}
          />
          Remove {one ? 'its' : 'their'} disks too
        </label>
        {disks ? (
          <div className="field">
            <label htmlFor={field}>
              Type <code>{word}</code>
            </label>
            <div className="input">
              <input id={field} value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
            </div>
          </div>
        ) : null}
      </div>
    </Modal>
  )
}
