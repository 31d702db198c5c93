import type { ReactElement } from 'react'

import { sentenceOf } from '../data/client.ts'
import { ButtonLink, Button } from './button.tsx'
import { Said } from './name.tsx'
import { Empty, useTitle } from './page.tsx'

/** A page that could not be shown at all. */
export const Broken = ({ error, reset }: { readonly error: unknown; readonly reset: () => void }): ReactElement => (
  <div className="page" role="alert">
    <Empty title="This page could not be shown" icon="error" action={<Button onPress={reset}>Try again</Button>}>
      <Said>{sentenceOf(error)}</Said>
    </Empty>
  </div>
)

export const NotHere = (): ReactElement => {
  useTitle('No such page')
  return (
    <div className="page">
      <Empty title="There is no such page" icon="search" action={<ButtonLink to="/">Overview</ButtonLink>}>
        The address may be mistyped, or what it named is gone.
      </Empty>
    </div>
  )
}
