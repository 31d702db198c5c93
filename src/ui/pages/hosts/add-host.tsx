import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactElement } from 'react'

import { client, fieldProblem, sentenceOf } from '../../data/client.ts'
import { Field } from '../../parts/field.tsx'
import { FormModal } from '../../parts/form-modal.tsx'

/** Adds a host by its libvirt address; what runs there is adopted and not touched. */
export const AddHost = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const navigate = useNavigate()
  const [uri, setUri] = useState('')
  const [name, setName] = useState('')
  const add = async (): Promise<void> => {
    const { task } = await client.addHost({ body: { uri, ...(name === '' ? {} : { name }) } })
    await navigate({ to: '/tasks/$task', params: { task: String(task.number) } })
  }
  return (
    <FormModal
      title="Add a host"
      submit="Add the host"
      cancel="Add none"
      ready={uri !== ''}
      onSubmit={add}
      onClose={onClose}
    >
      {(error) => {
        const nameWrong = fieldProblem(error, 'name')
        const uriWrong = error === null || nameWrong !== undefined ? undefined : sentenceOf(error)
        return (
          <>
            <p className="quiet">
              Floe connects to its libvirt, lists what is there and proves KVM with a probe guest. What runs there is
              adopted and not touched; nothing is installed.
            </p>
            <Field label="libvirt’s address" wrong={fieldProblem(error, 'uri') ?? uriWrong}>
              {(id) => (
                <input
                  id={id}
                  className="mono"
                  autoFocus
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="qemu:///system or qemu+tls://hv2/system"
                  value={uri}
                  onChange={(event) => setUri(event.target.value)}
                />
              )}
            </Field>
            <Field label="Name" wrong={nameWrong} help="Left empty, it is the name the host gives itself.">
              {(id) => <input id={id} value={name} onChange={(event) => setName(event.target.value)} />}
            </Field>
          </>
        )
      }}
    </FormModal>
  )
}
