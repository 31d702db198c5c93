import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState, type ReactElement } from 'react'

import { client, codeOf, sentenceOf } from '../../data/client.ts'
import { Button } from '../../parts/button.tsx'
import { Field } from '../../parts/field.tsx'
import { useTitle } from '../../parts/page.tsx'
import { PasswordField } from '../../parts/password-field.tsx'
import { Door } from './door.tsx'

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
    <Door
      title="Virtual machines on your own hosts."
      says="What runs keeps running, with or without Floe. Log in to see it."
      onSubmit={submit}
    >
      <h2>Log in</h2>
      <Field label="User">
        {(id) => (
          <input
            id={id}
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <PasswordField
        label="Password"
        name="password"
        value={password}
        onChange={setPassword}
        complete="current-password"
        autoFocus
        wrong={
          error === null
            ? undefined
            : codeOf(error) === 'wrong_password'
              ? 'User or password do not match.'
              : sentenceOf(error)
        }
      />
      <Button look="primary" wide submit disabled={busy || name === '' || password === ''}>
        Log in
      </Button>
      <p className="small quiet">
        First time here? “floe up” printed a one-time password. Lost it: run <code>floe user reset-password admin</code>{' '}
        on the machine itself; as root it needs no login.
      </p>
    </Door>
  )
}
