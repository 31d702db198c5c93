import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState, type ReactElement } from 'react'

import { client, sentenceOf } from '../data/client.ts'
import { useLive } from '../data/live-context.ts'
import { sessionQuery } from '../data/queries.ts'
import { sessionEnded } from '../data/session-end.ts'
import { FormModal } from '../parts/form-modal.tsx'
import { PasswordField } from '../parts/password-field.tsx'

/** The session ended while a page is open: logging in happens over it, so that what was typed is kept. */
export const LoginAgain = (): ReactElement | null => {
  const { data: session } = useQuery(sessionQuery)
  const queries = useQueryClient()
  const live = useLive()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  useEffect(() => sessionEnded.listen(() => setOpen(true)), [])
  if (!open || session === undefined) return null
  const { name } = session.account

  const logIn = async (): Promise<void> => {
    queries.setQueryData(['session'], await client.login({ body: { name, password, use: 'web' } }))
    setOpen(false)
    setPassword('')
    live.again()
    await queries.invalidateQueries()
  }
  return (
    <FormModal
      title="Log in again"
      submit="Log in"
      ready={password !== ''}
      onSubmit={logIn}
      onClose={() => void navigate({ to: '/login', search: { to: location.pathname + location.search } })}
    >
      {(error) => (
        <>
          <p>The session has ended; your input is kept.</p>
          <PasswordField
            label={`Password of ${name}`}
            value={password}
            onChange={setPassword}
            complete="current-password"
            autoFocus
            wrong={error === null ? undefined : sentenceOf(error)}
          />
        </>
      )}
    </FormModal>
  )
}
