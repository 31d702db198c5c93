import { useId, type ReactElement, type ReactNode } from 'react'

/** A labelled field: the error stands where it is. */
export const Field = (props: {
  readonly label: string
  readonly wrong?: string | undefined
  readonly help?: ReactNode
  readonly end?: ReactNode
  readonly children: (id: string) => ReactNode
}): ReactElement => {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <div className={props.wrong === undefined ? 'input' : 'input is-wrong'}>
        {props.children(id)}
        {props.end}
      </div>
      {props.wrong === undefined ? (
        props.help === undefined ? null : (
          <span className="help">{props.help}</span>
        )
      ) : (
        <span className="wrong" role="alert">
          {props.wrong}
        </span>
      )}
    </div>
  )
}
