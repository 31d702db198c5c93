import { useId, useState, type ReactElement } from 'react'

import { Button } from '../../parts/button.tsx'
import { Modal } from '../../parts/modal.tsx'

const most = 4096

/** Text for a guest that shares no clipboard: typed key by key. */
export const PasteDialog = (props: {
  readonly vm: string
  readonly serial: boolean
  readonly onPaste: (text: string) => void
  readonly onClose: () => void
}): ReactElement => {
  const [text, setText] = useState('')
  const field = useId()
  return (
    <Modal
      title={`Paste as keys into ${props.vm}`}
      onClose={props.onClose}
      buttons={
        <>
          <Button look="primary" disabled={text === ''} onPress={() => props.onPaste(text)}>
            Type it
          </Button>
          <Button look="link" onPress={props.onClose}>
            Type nothing
          </Button>
        </>
      }
    >
      <div className="field">
        <label htmlFor={field}>Text</label>
        <div className="input">
          <textarea
            id={field}
            rows={5}
            maxLength={most}
            autoFocus
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <span className="help">
          {props.serial
            ? 'Sent as it is; a line’s end becomes Enter.'
            : 'Typed as on a US keyboard, so the guest’s layout should be US. A line’s end becomes Enter.'}
        </span>
      </div>
    </Modal>
  )
}
