import { Button as PfButton } from '@patternfly/react-core'
import { createLink } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, ReactElement, ReactNode } from 'react'

import { Icon, type IconName } from './icon.tsx'

type Look = {
  /** One primary a view. `danger` for what cannot come back. */
  readonly look?: 'primary' | 'plain' | 'link' | 'danger' | undefined
  readonly small?: boolean | undefined
  readonly wide?: boolean | undefined
  readonly icon?: IconName | undefined
}

type ButtonProps = Look & {
  readonly children?: ReactNode
  readonly onPress?: (() => void) | undefined
  readonly submit?: boolean
  readonly disabled?: boolean | undefined
  /** Greyed, but reachable, with the reason. */
  readonly whyNot?: string | undefined
  readonly label?: string | undefined
  readonly pressed?: boolean
  readonly autoFocus?: boolean
}

const variantOf = (look: Look['look']) => (look === 'danger' || look === undefined ? 'secondary' : look)

/** A button at Floe's density. Its text is the verb; "…" says that a question follows. */
export const Button = (props: ButtonProps): ReactElement => (
  <PfButton
    variant={props.look === 'danger' ? 'danger' : variantOf(props.look)}
    {...(props.small === true ? { size: 'sm' as const } : {})}
    {...(props.icon === undefined ? {} : { icon: <Icon name={props.icon} size={14} /> })}
    isBlock={props.wide === true}
    type={props.submit === true ? 'submit' : 'button'}
    isDisabled={props.disabled === true}
    isAriaDisabled={props.whyNot !== undefined}
    {...(props.label === undefined ? {} : { 'aria-label': props.label })}
    {...(props.pressed === undefined ? {} : { 'aria-pressed': props.pressed })}
    {...(props.whyNot === undefined && props.label === undefined ? {} : { title: props.whyNot ?? props.label })}
    autoFocus={props.autoFocus === true}
    onClick={() => {
      if (props.whyNot === undefined) props.onPress?.()
    }}
  >
    {props.children}
  </PfButton>
)

const Anchor = ({
  look,
  small,
  wide,
  icon,
  children,
  ...rest
}: Look & AnchorHTMLAttributes<HTMLAnchorElement>): ReactElement => (
  <a
    {...rest}
    className={[
      'pf-v6-c-button',
      `pf-m-${variantOf(look)}`,
      small === true ? 'pf-m-small' : '',
      wide === true ? 'pf-m-block' : '',
    ].join(' ')}
  >
    {icon === undefined ? null : (
      <span className="pf-v6-c-button__icon pf-m-start">
        <Icon name={icon} size={14} />
      </span>
    )}
    <span className="pf-v6-c-button__text">{children}</span>
  </a>
)

/** A link that looks like a button: it leads to a page, so it can be opened in a new tab. */
export const ButtonLink = createLink(Anchor)
