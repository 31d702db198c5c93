import { useId, useState, type ReactElement } from 'react'

import { client, fieldProblem, sentenceOf } from '../../data/client.ts'
import { useWhyNot } from '../../data/may.ts'
import type { VmDetail } from '../../data/resources.ts'
import { Button } from '../../parts/button.tsx'
import { Modal } from '../../parts/modal.tsx'

/** Tags, notes and protection: what Floe itself knows about a VM, and libvirt does not. */
export const EditFacts = ({ vm }: { readonly vm: VmDetail }): ReactElement => {
  const [open, setOpen] = useState(false)
  const whyNot = useWhyNot()
  const why = whyNot('operate') ?? (vm.foreign === null ? undefined : 'Another Floe runs it; take it over first.')
  return (
    <>
      <Button look="link" small whyNot={why} onPress={() => setOpen(true)}>
        Edit
      </Button>
      {open ? <EditDialog vm={vm} onClose={() => setOpen(false)} /> : null}
    </>
  )
}

const EditDialog = ({ vm, onClose }: { readonly vm: VmDetail; readonly onClose: () => void }): ReactElement => {
  const [tags, setTags] = useState(vm.tags.join(' '))
  const [notes, setNotes] = useState(vm.notes)
  const [kept, setKept] = useState(vm.protected)
  const [error, setError] = useState<unknown>(null)
  const tagsField = useId()
  const notesField = useId()

  const save = async (): Promise<void> => {
    try {
      const body = { tags: tags.split(/[\s,]+/).filter((tag) => tag !== ''), notes, protected: kept }
      await client.editVm({ params: { vm: vm.id }, body })
      onClose()
    } catch (refusal) {
      setError(refusal)
    }
  }
  return (
    <Modal
      title={`Tags and notes of ${vm.name}`}
      onClose={onClose}
      buttons={
        <>
          <Button look="primary" onPress={() => void save()}>
            Save
          </Button>
          <Button look="link" onPress={onClose}>
            Leave it as it is
          </Button>
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <div className="field">
          <label htmlFor={tagsField}>Tags</label>
          <div className="input">
            <input id={tagsField} value={tags} onChange={(event) => setTags(event.target.value)} />
          </div>
          <span className="help">Separated by blanks.</span>
        </div>
        <div className="field">
          <label htmlFor={notesField}>Notes</label>
          <div className="input">
            <textarea
              id={notesField}
              rows={4}
              maxLength={4096}
              value={notes}
              onChange={(event) => setNotes(event.target.value)}
            />
          </div>
        </div>
        <label className="buttons">
          <input className="tick" type="checkbox" checked={kept} onChange={(event) => setKept(event.target.checked)} />
          Protect from deletion
        </label>
        {error === null ? null : (
          <p className="bad-text" role="alert">
            {fieldProblem(error, 'tags') ?? sentenceOf(error)}
          </p>
        )}
      </form>
    </Modal>
  )
}
