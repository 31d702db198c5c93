import { Modal as PfModal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core'
import type { ReactElement, ReactNode } from 'react'

import { visibleText } from '../data/visible-text.ts'
import { Said } from './name.tsx'

/** A question. Its buttons repeat the verb and the object. */
export const Modal = (props: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly buttons: ReactNode
}): ReactElement => (
  <PfModal isOpen variant="small" onClose={props.onClose} aria-label={visibleText(props.title, 200)}>
    <ModalHeader title={<Said>{props.title}</Said>} />
    <ModalBody>{props.children}</ModalBody>
    <ModalFooter>{props.buttons}</ModalFooter>
  </PfModal>
)
