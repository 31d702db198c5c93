import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from '@patternfly/react-core'
import { useEffect, type ReactElement, type ReactNode } from 'react'

import { outcomeOf, sentenceOf } from '../data/client.ts'
import { visibleText } from '../data/visible-text.ts'
import { Button } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Name, Said } from './name.tsx'

/** One page: its title stands at the top, the next action beside it. */
export const Page = (props: {
  readonly title: string
  readonly head?: ReactNode
  readonly crumbs?: ReactNode
  readonly actions?: ReactNode
  readonly fixed?: boolean
  readonly children: ReactNode
}): ReactElement => {
  useTitle(props.title)
  return (
    <div className={props.fixed === true ? 'page is-fixed' : 'page'}>
      {props.crumbs === undefined ? null : (
        <nav className="crumbs" aria-label="Breadcrumb">
          {props.crumbs}
        </nav>
      )}
      <div className="page__head">
        <h1>
          <Name of={props.title} />
        </h1>
        {props.head}
        {props.actions === undefined ? null : <div className="buttons">{props.actions}</div>}
      </div>
      {props.children}
    </div>
  )
}

export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${visibleText(title)} · Floe`
  }, [title])
}

export const Card = (props: {
  readonly title?: ReactNode
  readonly end?: ReactNode
  readonly ruled?: boolean
  readonly look?: 'here' | 'bad'
  readonly bare?: boolean
  readonly children: ReactNode
}): ReactElement => (
  <section className={props.look === undefined ? 'card' : `card is-${props.look}`}>
    {props.title === undefined ? null : (
      <header className={props.ruled === true ? 'is-ruled' : undefined}>
        <h2>{props.title}</h2>
        {props.end === undefined ? null : <span className="end">{props.end}</span>}
      </header>
    )}
    {props.bare === true ? props.children : <div className="card__body">{props.children}</div>}
  </section>
)

/** Pairs of a name and its value. Values that are null are left out. */
export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[]
}): ReactElement => (
  <dl className="facts">
    {facts.map(([name, value]) =>
      value === null || value === undefined ? null : (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ),
    )}
  </dl>
)

export const Tags = ({ tags }: { readonly tags: readonly string[] }): ReactElement => (
  <span className="chips">
    {tags.map((tag) => (
      <span key={tag} className="chip">
        <Name of={tag} />
      </span>
    ))}
  </span>
)

/** Nothing is here: one sentence, one button. */
export const Empty = (props: {
  readonly title: string
  readonly icon?: IconName
  readonly children?: ReactNode
  readonly action?: ReactNode
}): ReactElement => (
  <EmptyState
    titleText={<Said>{props.title}</Said>}
    headingLevel="h2"
    variant="sm"
    {...(props.icon === undefined ? {} : { icon: () => <Icon name={props.icon ?? 'vm'} size={32} /> })}
  >
    {props.children === undefined ? null : <EmptyStateBody>{props.children}</EmptyStateBody>}
    {props.action === undefined ? null : (
      <EmptyStateFooter>
        <EmptyStateActions>{props.action}</EmptyStateActions>
      </EmptyStateFooter>
    )}
  </EmptyState>
)

/** Shown only when a wait lasts. */
export const Wait = ({ what }: { readonly what: string }): ReactElement => (
  <div className="wait" role="status">
    {what}
  </div>
)

/** A refusal where it was caused: the sentence, and a way on. */
export const Refusal = (props: {
  readonly error: unknown
  /** What was not done; not for what was only read. */
  readonly what?: string
  readonly onAgain?: () => void
}): ReactElement => {
  const { title, more } =
    props.what === undefined ? { title: null, more: sentenceOf(props.error) } : outcomeOf(props.error, props.what)
  return (
    <div className="note is-bad" role="alert">
      <span className="is-bad">
        <Icon name="error" />
      </span>
      <span className="grow">
        {title === null ? null : (
          <span className="strong">
            <Said>{title}</Said>{' '}
          </span>
        )}
        <Said>{more}</Said>
      </span>
      {props.onAgain === undefined ? null : (
        <Button small onPress={props.onAgain}>
          Try again
        </Button>
      )}
    </div>
  )
}

/** A note across the page; `act`: a person should act. */
export const Note = (props: {
  readonly look?: 'bad' | 'act' | 'good' | undefined
  readonly icon: IconName
  readonly children: ReactNode
  readonly actions?: ReactNode
}): ReactElement => (
  <div className={props.look === undefined ? 'note' : `note is-${props.look}`}>
    <span className={props.look === undefined ? undefined : `is-${props.look}`}>
      <Icon name={props.icon} />
    </span>
    <span className="grow">{props.children}</span>
    {props.actions === undefined ? null : <span className="buttons">{props.actions}</span>}
  </div>
)

/** What a query has so far: its answer, its refusal, or a wait. */
export const Answer = <T,>(props: {
  readonly of: { readonly data: T | undefined; readonly error: unknown; readonly refetch: () => unknown }
  readonly what: string
  readonly children: (data: T) => ReactNode
}): ReactNode => {
  if (props.of.data !== undefined) return props.children(props.of.data)
  if (props.of.error !== null) return <Refusal error={props.of.error} onAgain={() => void props.of.refetch()} />
  return <Wait what={props.what} />
}
