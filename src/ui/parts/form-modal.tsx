import { useState, type ReactElement, type ReactNode } from 'react'

import { Button } from './button.tsx'
import { Modal } from './modal.tsx'

/** A dialog with fields: Enter submits, a refusal is given to the fields, where it stands beside what caused it. */
export const FormModal = (props: {
  readonly title: string
  readonly submit: string
  readonly cancel?: string
  readonly ready?: boolean
  readonly onSubmit: () => Promise<void>
  readonly onClose: () => void
  readonly children: (error: unknown) => ReactNode
}): ReactElement => {
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const ready = props.ready !== false && !busy
  const submit = async (): Promise<void> => {
    if (!ready) return
    setBusy(true)
    setError(null)
    try {
      await props.onSubmit()
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Modal
      title={props.title}
      onClose={props.onClose}
      buttons={
        <>
          <Button look="primary" disabled={!ready} onPress={() => void submit()}>
            {props.submit}
          </Button>
          {props.cancel === undefined ? null : (
            <Button look="link" onPress={props.onClose}>
              {props.cancel}
            </Button>
          )}
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {props.children(error)}
        {/* Enter submits a form of several fields only where it has such a button. */}
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Modal>
  )
}
