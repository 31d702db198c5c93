import { useState, type ReactElement } from 'react'

import { client, fieldProblem } from '../../data/client.ts'
import { useWhyNot } from '../../data/may.ts'
import type { VmDetail } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { FormModal } from '../../parts/form-modal.tsx'
import { Refusal } from '../../parts/page.tsx'
import { Tick } from '../../parts/tick.tsx'

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

  const save = async (): Promise<void> => {
    const body = { tags: tags.split(/[\s,]+/).filter((tag) => tag !== ''), notes, protected: kept }
    await client.editVm({ params: { vm: vm.id }, body })
    onClose()
  }
  return (
    <FormModal
      title={`Tags and notes of ${visibleText(vm.name, 60)}`}
      submit="Save"
      cancel="Leave it as it is"
      onSubmit={save}
      onClose={onClose}
    >
      {(error) => {
        const tagsWrong = fieldProblem(error, 'tags')
        return (
          <>
            <Field label="Tags" wrong={tagsWrong} help="Separated by blanks.">
              {(id) => <input id={id} value={tags} onChange={(event) => setTags(event.target.value)} />}
            </Field>
            <Field label="Notes" wrong={fieldProblem(error, 'notes')}>
              {(id) => (
                <textarea
                  id={id}
                  rows={4}
                  maxLength={4096}
                  value={notes}
                  onChange={(event) => setNotes(event.target.value)}
                />
              )}
            </Field>
            <Tick on={kept} onChange={setKept}>
              Protect from deletion
            </Tick>
            {error === null || tagsWrong !== undefined ? null : <Refusal error={error} what="It was not saved." />}
          </>
        )
      }}
    </FormModal>
  )
}
