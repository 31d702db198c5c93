import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useId, useState, type ReactElement } from 'react'

import { client, codeOf, fieldProblem, sentenceOf } from '../../data/client.ts'
import { strengthOf } from '../../data/password-strength.ts'
import { sessionQuery } from '../../data/queries.ts'
import { Button } from '../../parts/button.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useTitle } from '../../parts/page.tsx'
import { PasswordField } from '../../parts/password-field.tsx'
import { Door } from './door.tsx'

const route = getRouteApi('/password')

/** First run: choose your own password. Later: change it. */
export const PasswordPage = (): ReactElement => {
  useTitle('Choose a password')
  const { to } = route.useSearch()
  const { data: session } = useQuery(sessionQuery)
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [old, setOld] = useState('')
  const [chosen, setChosen] = useState('')
  const [again, setAgain] = useState('')
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const strengthId = useId()
  const first = session?.account.mustChangePassword ?? true
  const name = session?.account.name ?? ''
  const same = again !== '' && chosen === again
  const oldWrong = codeOf(error) === 'wrong_password'
  const refused = error === null || oldWrong ? undefined : (fieldProblem(error, 'new') ?? sentenceOf(error))

  const submit = async (): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      const renewed = await client.changePassword({ body: { new: chosen, ...(first ? {} : { old }) } })
      queries.setQueryData(['session'], renewed)
      if (first && to === undefined) await navigate({ to: '/', search: { found: true } })
      else await navigate({ href: to ?? '/' })
    } catch (refusal) {
      setError(refusal)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Door
      title={first ? 'Your virtual machines are already here.' : 'A new password.'}
      says={
        first
          ? 'Floe adopted what it found and changed none of it. What runs keeps running, with or without Floe.'
          : 'Every other session of yours ends when it is saved; this one goes on.'
      }
      foot={session === undefined ? undefined : `Floe ${session.version}`}
      onSubmit={submit}
    >
      <div className="stack">
        {first ? <span className="small quiet">Step 2 of 2</span> : null}
        <h2>{first ? 'Choose your own password' : 'Change your password'}</h2>
        {first ? <p className="quiet">The one-time password is used up as soon as you save this one.</p> : null}
      </div>
      <div className="field">
        <span className="label">User</span>
        <div className="input is-fixed">
          <input readOnly value={name} autoComplete="username" aria-label="User" />
        </div>
      </div>
      {first ? null : (
        <PasswordField
          label="Present password"
          value={old}
          onChange={(password) => {
            setOld(password)
            setError(null)
          }}
          complete="current-password"
          wrong={oldWrong ? 'That is not your present password.' : undefined}
        />
      )}
      <div className="field">
        <PasswordField
          label="New password"
          value={chosen}
          onChange={(password) => {
            setChosen(password)
            setError(null)
          }}
          complete="new-password"
          describedBy={strengthId}
          autoFocus={first}
          wrong={refused}
        />
        {refused === undefined ? <StrengthBar id={strengthId} password={chosen} /> : null}
      </div>
      <PasswordField
        label="Once more"
        value={again}
        onChange={setAgain}
        complete="new-password"
        end={
          same ? (
            <span className="is-good">
              <Icon name="check" />
            </span>
          ) : null
        }
        wrong={again !== '' && !chosen.startsWith(again) ? 'The two differ.' : undefined}
      />
      <Button look="primary" wide submit disabled={busy || !same || (!first && old === '')}>
        {first ? 'Save and open Floe' : 'Save the new password'}
      </Button>
      {first ? (
        <p className="small quiet">
          Lost the one-time password? Run <code>floe user reset-password {name}</code> on the machine itself; as root it
          needs no login.
        </p>
      ) : (
        <Button look="link" onPress={() => void navigate({ href: to ?? '/' })}>
          Keep the present one
        </Button>
      )}
    </Door>
  )
}

/** How good it is while one types; where it was refused, the refusal stands instead. */
const StrengthBar = ({ id, password }: { readonly id: string; readonly password: string }): ReactElement => {
  const strength = strengthOf(password)
  return (
    <div className={strength.bars < 2 ? 'strength is-weak' : 'strength'} id={id}>
      {[1, 2, 3, 4].map((bar) => (
        <i key={bar} className={bar <= strength.bars ? 'is-full' : ''} />
      ))}
      <span>{strength.words}</span>
    </div>
  )
}
