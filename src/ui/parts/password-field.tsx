import { useId, useState, type ReactElement, type ReactNode } from 'react'

import { Button } from './button.tsx'

/** A password that can be looked at while it is typed. */
export const PasswordField = (props: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly complete: 'current-password' | 'new-password'
  readonly wrong?: string | undefined
  readonly describedBy?: string
  readonly autoFocus?: boolean
  readonly end?: ReactNode
  /** Name of the field, for the browser’s keeper of passwords. */
  readonly name?: string
}): ReactElement => {
  const id = useId()
  const [shown, setShown] = useState(false)
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <div className={props.wrong === undefined ? 'input' : 'input is-wrong'}>
        <input
          id={id}
          name={props.name}
          type={shown ? 'text' : 'password'}
          autoComplete={props.complete}
          autoFocus={props.autoFocus === true}
          value={props.value}
          aria-invalid={props.wrong !== undefined}
          aria-describedby={props.wrong === undefined ? props.describedBy : `${id}-wrong`}
          onChange={(event) => props.onChange(event.target.value)}
        />
        {props.end}
        <Button
          look="plain"
          small
          icon="eye"
          label={shown ? 'Hide the password' : 'Show the password'}
          pressed={shown}
          onPress={() => setShown(!shown)}
        />
      </div>
      {props.wrong === undefined ? null : (
        <span className="wrong" role="alert" id={`${id}-wrong`}>
          {props.wrong}
        </span>
      )}
    </div>
  )
}
