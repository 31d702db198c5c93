import type { ReactElement } from 'react'

import { span } from '../../data/format.ts'
import type { Overview } from '../../data/resources.ts'
import { ButtonLink } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Name, Said } from '../../parts/name.tsx'
import { Card } from '../../parts/page.tsx'

type Need = Overview['needs'][number]

const Show = ({ of }: { readonly of: NonNullable<Need['object']> }): ReactElement | null => {
  switch (of.kind) {
    case 'vm':
      return (
        <ButtonLink small to="/vms/$vm" params={{ vm: of.name }}>
          Show <Name of={of.name} />
        </ButtonLink>
      )
    case 'host':
      return (
        <ButtonLink small to="/hosts/$host" params={{ host: of.name }}>
          Show <Name of={of.name} />
        </ButtonLink>
      )
    case 'task':
      return (
        <ButtonLink small to="/tasks/$task" params={{ task: of.name }}>
          Show task {of.name}
        </ButtonLink>
      )
    case 'pool':
    case 'volume':
      return (
        <ButtonLink small to="/storage">
          Show storage
        </ButtonLink>
      )
    case 'network':
    case 'account':
      return null
  }
}

/** Worst first: what, since when, why, and what mends it. Nothing wrong: one green line. */
export const Needs = (props: { readonly needs: readonly Need[]; readonly now: number }): ReactElement => {
  if (props.needs.length === 0)
    return (
      <div className="note is-good">
        <span className="is-good">
          <Icon name="check" />
        </span>
        <span className="grow">Nothing needs attention.</span>
      </div>
    )
  const worstFirst = props.needs.toSorted((a, b) => Number(b.worst === 'error') - Number(a.worst === 'error'))
  return (
    <Card
      title={
        <>
          Needs attention <span className="quiet">{props.needs.length}</span>
        </>
      }
      ruled
      bare
    >
      <ul className="rows is-ruled">
        {worstFirst.map((need) => (
          <li key={`${need.object?.id ?? ''} ${need.title}`}>
            <span className={need.worst === 'error' ? 'is-bad' : 'amber-text'} role="img" aria-label={need.worst}>
              <Icon name={need.worst === 'error' ? 'error' : 'warning'} />
            </span>
            <span className="grow">
              <span className="strong">
                <Said>{need.title}</Said>
              </span>
              <div className="quiet">
                {need.since === null ? '' : `For ${span(need.since, props.now)}. `}
                {need.remedy === null ? null : <Said>{need.remedy}</Said>}
              </div>
            </span>
            {need.object === null ? null : <Show of={need.object} />}
          </li>
        ))}
      </ul>
    </Card>
  )
}
