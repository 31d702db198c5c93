import { useId, useState, type ReactElement } from 'react'

import { untypable } from '../../data/paste-keys.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Button } from '../../parts/button.tsx'
import { Modal } from '../../parts/modal.tsx'

const most = 4096
/** Characters named that cannot be typed; more are counted. */
const leftMost = 12

/** Text for a guest that shares no clipboard: typed key by key. */
export const PasteDialog = (props: {
  readonly vm: string
  readonly serial: boolean
  /** Whether it has a serial console, which takes what no key types. */
  readonly hasSerial: boolean
  readonly onPaste: (text: string) => void
  readonly onClose: () => void
}): ReactElement => {
  const [text, setText] = useState('')
  const field = useId()
  const left = props.serial ? [] : untypable(text)
  const rest = Array.from(text).some((char) => !left.includes(char))
  return (
    <Modal
      title={`Paste as keys into ${visibleText(props.vm, 60)}`}
      onClose={props.onClose}
      buttons={
        <>
          <Button look="primary" disabled={text === '' || !rest} onPress={() => props.onPaste(text)}>
            {left.length === 0 || !rest ? 'Type it' : 'Type the rest'}
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
            ? 'Sent as it is, in UTF-8; a line’s end becomes Enter.'
            : 'Sent as the keys of a US keyboard, whatever the guest’s processor is. A guest with another layout types what those keys are there. A line’s end becomes Enter.'}
        </span>
        {left.length === 0 ? null : (
          <span className="amber-text small" role="status">
            No key of a US keyboard types{' '}
            {left
              .slice(0, leftMost)
              .map((char) => visibleText(char))
              .join(' ')}
            {left.length > leftMost ? ` and ${left.length - leftMost} more characters` : ''}.{' '}
            {left.length === 1 ? 'It is' : 'They are'} left out
            {props.hasSerial ? '; the serial console takes any character.' : '.'}
          </span>
        )}
        {text.length < most ? null : (
          <span className="amber-text small" role="status">
            {most.toLocaleString('en')} characters are the most at once; the rest was cut off.
          </span>
        )}
      </div>
    </Modal>
  )
}
