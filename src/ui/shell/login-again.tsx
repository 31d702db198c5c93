import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useId, useState, type ReactElement } from 'react'

import { client, sentenceOf } from '../data/client.ts'
import { useLive } from '../data/live-context.ts'
import { sessionQuery } from '../data/queries.ts'
import { sessionEnded } from '../data/session-end.ts'
import { Button } from '../parts/button.tsx'
import { Modal } from '../parts/modal.tsx'

/** The session ended while a page is open: logging in happens over it, so that what was typed is kept. */
export const LoginAgain = (): ReactElement | null => {
  const { data: session } = useQuery(sessionQuery)
  const queries = useQueryClient()
  const live = useLive()
  const navigate = useNavigate()
  const [open, setOpen] = useState(false)
  const [password, setPassword] = useState('')
  const [error, setError] = useState<unknown>(null)
  const field = useId()
  useEffect(() => sessionEnded.listen(() => setOpen(true)), [])
  if (!open || session === undefined) return null
  const { name } = session.account

  const submit = async (): Promise<void> => {
    try {
      queries.setQueryData(['session'], await client.login({ body: { name, password, use: 'web' } }))
      setOpen(false)
      setPassword('')
      setError(null)
      live.again()
      await queries.invalidateQueries()
    } catch (refusal) {
      setError(refusal)
    }
  }
  return (
    <Modal
      title="Log in again"
      onClose={() => void navigate({ to: '/login', search: { to: location.pathname + location.search } })}
      buttons={
        <Button look="primary" onPress={() => void submit()}>
          Log in
        </Button>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <p>The session has ended; your input is kept.</p>
        <div className="field">
          <label htmlFor={field}>Password of {name}</label>
          <div className={error === null ? 'input' : 'input is-wrong'}>
            <input
              id={field}
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </div>
          {error === null ? null : (
            <span className="wrong" role="alert">
              {sentenceOf(error)}
            </span>
          )}
        </div>
      </form>
    </Modal>
  )
}
