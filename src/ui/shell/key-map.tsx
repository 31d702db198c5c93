import { useState, type ReactElement } from 'react'

import { Button } from '../parts/button.tsx'
import { Modal } from '../parts/modal.tsx'
import { Facts } from '../parts/page.tsx'
import { Tick } from '../parts/tick.tsx'
import { lettersOn, switchLetters } from './hotkeys.ts'

const keys = [
  ['Ctrl K', 'Search, go to a page or VM, run a command'],
  ['/', 'Filter the list'],
  ['?', 'This map'],
  ['g o v h s n t c', 'Overview, VMs, Hosts, Storage, Networks, Tasks, Changes'],
  ['j k', 'Next and previous row; with Shift extends the selection'],
  ['x', 'Select the row'],
  ['Ctrl A', 'Select all rows that match'],
  ['Enter', 'Open the row'],
  ['Esc', 'One step back'],
  ['s d c', 'On a VM: start, shut down, console'],
  ['[ ]', 'On a VM: previous and next tab'],
  ['Ctrl Enter', 'Submit a form'],
] as const

export const KeyMap = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const [letters, setLetters] = useState(lettersOn)
  return (
    <Modal title="Keyboard" onClose={onClose} buttons={<Button onPress={onClose}>Close</Button>}>
      <div className="stack">
        <Facts facts={keys.map(([key, what]) => [key, what] as const)} />
        <Tick
          on={letters}
          onChange={(on) => {
            switchLetters(on)
            setLetters(on)
          }}
        >
          Single letters do something
        </Tick>
        <p className="quiet">In a console all keys go to the guest.</p>
      </div>
    </Modal>
  )
}
