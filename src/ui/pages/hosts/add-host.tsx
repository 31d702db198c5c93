import { useNavigate } from '@tanstack/react-router'
import { useId, useState, type ReactElement } from 'react'

import { client, fieldProblem, sentenceOf } from '../../data/client.ts'
import { Button } from '../../parts/button.tsx'
import { Modal } from '../../parts/modal.tsx'

/** Adds a host by its libvirt address; what runs there is adopted and not touched. */
export const AddHost = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const navigate = useNavigate()
  const [uri, setUri] = useState('')
  const [name, setName] = useState('')
  const [error, setError] = useState<unknown>(null)
  const uriField = useId()
  const nameField = useId()
  const add = async (): Promise<void> => {
    try {
      const { task } = await client.addHost({ body: { uri, ...(name === '' ? {} : { name }) } })
      await navigate({ to: '/tasks/$task', params: { task: String(task.number) } })
    } catch (refusal) {
      setError(refusal)
    }
  }
  return (
    <Modal
      title="Add a host"
      onClose={onClose}
      buttons={
        <>
          <Button look="primary" disabled={uri === ''} onPress={() => void add()}>
            Add the host
          </Button>
          <Button look="link" onPress={onClose}>
            Add none
          </Button>
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void add()
        }}
      >
        <p className="quiet">
          Floe connects to its libvirt, lists what is there and proves KVM with a probe guest. What runs there is
          adopted and not touched; nothing is installed.
        </p>
        <div className="field">
          <label htmlFor={uriField}>libvirt’s address</label>
          <div className={error === null ? 'input' : 'input is-wrong'}>
            <input
              id={uriField}
              className="mono"
              placeholder="qemu:///system or qemu+tls://hv2/system"
              value={uri}
              onChange={(event) => setUri(event.target.value)}
            />
          </div>
          {error === null ? null : (
            <span className="wrong" role="alert">
              {fieldProblem(error, 'uri') ?? sentenceOf(error)}
            </span>
          )}
        </div>
        <div className="field">
          <label htmlFor={nameField}>Name</label>
          <div className="input">
            <input id={nameField} value={name} onChange={(event) => setName(event.target.value)} />
          </div>
          <span className="help">Left empty, it is the name the host gives itself.</span>
        </div>
      </form>
    </Modal>
  )
}
