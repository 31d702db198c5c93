import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useId, useState, type ReactElement } from 'react'

import { client, codeOf, sentenceOf } from '../../data/client.ts'
import { Button } from '../../parts/button.tsx'
import { Mark } from '../../parts/icon.tsx'
import { useTitle } from '../../parts/page.tsx'

const route = getRouteApi('/login')

export const LoginPage = (): ReactElement => {
  useTitle('Log in')
  const { to } = route.useSearch()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [name, setName] = useState('admin')
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const nameField = useId()
  const passwordField = useId()

  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      const session = await client.login({ body: { name, password, use: 'web' } })
      queries.clear()
      queries.setQueryData(['session'], session)
      if (session.account.mustChangePassword)
        await navigate({ to: '/password', search: to === undefined ? {} : { to } })
      else await navigate({ href: to ?? '/' })
    } catch (refusal) {
      setError(refusal)
      setPassword('')
    } finally {
      setBusy(false)
    }
  }

  return (
    <main className="door">
      <section className="door__left">
        <div className="door__brand">
          <Mark size={28} /> Floe
        </div>
        <h1>Virtual machines on your own hosts.</h1>
        <p>What runs keeps running, with or without Floe. Log in to see it.</p>
      </section>
      <section className="door__right">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void submit()
          }}
        >
          <h2>Log in</h2>
          <div className="field">
            <label htmlFor={nameField}>User</label>
            <div className="input">
              <input
                id={nameField}
                name="username"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </div>
          </div>
          <div className="field">
            <label htmlFor={passwordField}>Password</label>
            <div className={error === null ? 'input' : 'input is-wrong'}>
              <input
                id={passwordField}
                name="password"
                type="password"
                autoComplete="current-password"
                autoFocus
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            </div>
            {error === null ? null : (
              <span className="wrong" role="alert">
                {codeOf(error) === 'wrong_password' ? 'User or password do not match.' : sentenceOf(error)}
              </span>
            )}
          </div>
          <Button look="primary" wide submit disabled={busy || name === '' || password === ''}>
            Log in
          </Button>
          <p className="small quiet">
            First time here? “floe up” printed a one-time password. Lost it: run{' '}
            <code>floe user reset-password admin</code> on the machine itself; as root it needs no login.
          </p>
        </form>
      </section>
    </main>
  )
}
