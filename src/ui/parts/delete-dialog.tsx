import { useQuery } from '@tanstack/react-query'
import { useId, useState, type ReactElement } from 'react'

import { bytes, counted } from '../data/format.ts'
import { vmQuery } from '../data/queries.ts'
import type { Vm, VmDetail } from '../data/resources.ts'
import { canBeTyped, visibleText } from '../data/visible-text.ts'
import { Button } from './button.tsx'
import { Modal } from './modal.tsx'
import { Names } from './name.tsx'
import { Tick } from './tick.tsx'

type Removable = VmDetail['removable']

/** What removing disks would remove: of one VM what the controller says; of several nobody has asked, so it is only said
 *  which. */
const useRemovable = (vms: readonly Vm[]): Removable | 'several' | undefined => {
  const [first] = vms
  const one = vms.length === 1
  const detail = useQuery({ ...vmQuery(first?.id ?? ''), enabled: one && first !== undefined })
  return one ? detail.data?.removable : 'several'
}

/** What deleting does, before it is done. */
const forecast = (remove: boolean, removable: Removable | 'several' | undefined): string => {
  if (remove)
    return 'Removes the definition and every disk in Floe’s own pool that nothing else uses. There is no way back.'
  if (removable === 'several' || removable === undefined)
    return 'Removes the definition. Disks stay in their pools, so that a new VM can be made of them.'
  return removable.length === 0
    ? 'Removes the definition. It has no disk in Floe’s own pool that it alone uses; its disks stay.'
    : 'Removes the definition. Its disks stay in their pools, so that a new VM can be made of them.'
}

/** Deleting keeps the disks unless asked; only then is it for ever, and only then the name is to be typed. */
export const DeleteDialog = (props: {
  readonly vms: readonly Vm[]
  readonly onYes: (disks: 'keep' | 'remove') => void
  readonly onClose: () => void
}): ReactElement => {
  const [wanted, setWanted] = useState(false)
  const [typed, setTyped] = useState('')
  const removable = useRemovable(props.vms)
  const offered = removable === 'several' || (removable !== undefined && removable.length > 0)
  const remove = wanted && offered
  const [first] = props.vms
  const one = props.vms.length === 1 && first !== undefined
  const what = one ? visibleText(first.name, 60) : counted(props.vms.length, 'VM')
  const word = !one ? `delete ${props.vms.length}` : canBeTyped(first.name) ? first.name : 'delete'
  return (
    <Modal
      title={remove ? `Delete ${what} and ${one ? 'its disks' : 'their disks'} for ever?` : `Delete ${what}?`}
      onClose={props.onClose}
      buttons={
        <>
          <Button
            look="danger"
            disabled={remove && typed !== word}
            onPress={() => props.onYes(remove ? 'remove' : 'keep')}
          >
            {remove ? 'Delete for ever' : `Delete ${what}`}
          </Button>
          <Button look="link" onPress={props.onClose}>
            {one ? 'Keep it' : 'Keep them'}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{forecast(remove, removable)}</p>
        {one ? null : (
          <p className="quiet">
            <Names of={props.vms.map((vm) => vm.name)} />
          </p>
        )}
        {offered ? (
          <Tick on={wanted} onChange={setWanted}>
            {removable === 'several' ? 'Remove their disks too' : `Remove ${disksWords(removable)} too`}
          </Tick>
        ) : null}
        {remove ? <TypeIt word={word} typed={typed} onTyped={setTyped} /> : null}
      </div>
    </Modal>
  )
}

const disksWords = (disks: Removable): string =>
  `${disks.length === 1 ? 'its disk' : `its ${disks.length} disks`} (${disks.map((disk) => bytes(disk.capacityBytes)).join(' + ')})`

const TypeIt = (props: {
  readonly word: string
  readonly typed: string
  readonly onTyped: (text: string) => void
}): ReactElement => {
  const field = useId()
  return (
    <div className="field">
      <label htmlFor={field}>
        Type <code>{props.word}</code>
      </label>
      <div className="input">
        <input
          id={field}
          value={props.typed}
          autoComplete="off"
          onChange={(event) => props.onTyped(event.target.value)}
        />
      </div>
    </div>
  )
}
