import type { FormEvent, ReactElement, ReactNode } from 'react'

import { Mark } from '../../parts/icon.tsx'

/** The page before all others: who we are at the left, one form at the right. */
export const Door = (props: {
  readonly title: string
  readonly says: string
  readonly foot?: ReactNode
  readonly onSubmit: () => Promise<void>
  readonly children: ReactNode
}): ReactElement => {
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void props.onSubmit()
  }
  return (
    <main className="door">
      <section className="door__left">
        <div className="door__brand">
          <Mark size={28} /> Floe
        </div>
        <h1>{props.title}</h1>
        <p>{props.says}</p>
        {props.foot === undefined ? null : <footer>{props.foot}</footer>}
      </section>
      <section className="door__right">
        <form onSubmit={submit}>{props.children}</form>
      </section>
    </main>
  )
}
