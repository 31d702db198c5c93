import type { ReactElement } from 'react'

import { useWhyNot } from '../../data/may.ts'
import { Button, ButtonLink } from '../../parts/button.tsx'
import { Said } from '../../parts/name.tsx'
import { Empty } from '../../parts/page.tsx'
import type { ListSearch } from './list-search.ts'

/** Nothing matches, or there is nothing yet: two different sentences. */
export const NoVms = (props: {
  readonly filtered: boolean
  readonly search: ListSearch
  readonly onClear: () => void
}): ReactElement => {
  const whyNot = useWhyNot()
  if (!props.filtered)
    return (
      <Empty
        title="No virtual machines yet"
        icon="vm"
        action={
          whyNot('create') === undefined ? (
            <ButtonLink look="primary" icon="plus" to="/vms/new">
              Create VM
            </ButtonLink>
          ) : undefined
        }
      >
        {whyNot('create') ?? 'Start with the sample guest: it boots in seconds and needs no disk.'}
      </Empty>
    )
  const { q, state, host } = props.search
  const parts = [
    q === undefined ? '' : `no name or tag has “${q}”`,
    state === undefined ? '' : `in the state ${state}`,
    host === undefined ? '' : `on ${host}`,
  ].filter((part) => part !== '')
  return (
    <Empty title="Nothing matches" action={<Button onPress={props.onClear}>Clear the filter</Button>}>
      <Said>{`Of all VMs, ${parts.join(', ')}.`}</Said>
    </Empty>
  )
}
