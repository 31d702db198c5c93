import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core'
import { Fragment, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react'

import { Icon, type IconName } from './icon.tsx'

export type MenuEntry = {
  readonly id: string
  readonly text: ReactNode
  readonly icon?: IconName
  readonly onPress: () => void
  readonly disabled?: boolean
  /** Why it is greyed, or what else there is to say. */
  readonly note?: string | undefined
  readonly checked?: boolean
  /** A line above it. */
  readonly ruled?: boolean
}

/** Is there as long as the menu is: puts the keyboard on its first entry. */
const FocusFirst = (): ReactElement => {
  const here = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    here.current?.parentElement?.querySelector<HTMLElement>('[role="menuitem"]')?.focus({ preventScroll: true })
  }, [])
  return <span ref={here} hidden />
}

/** A menu behind a button: ⋮ of a row, the person's, a filter. */
export const Menu = (props: {
  readonly label: string
  readonly entries: readonly MenuEntry[]
  readonly face?: ReactNode
  readonly plain?: boolean
}): ReactElement => {
  const [open, setOpen] = useState(false)
  const [touched, setTouched] = useState(false)
  const plain = props.plain ?? props.face === undefined
  // A list has a menu in every row: until it is used, it is only a button.
  if (!touched)
    return (
      <button
        type="button"
        className={plain ? 'pf-v6-c-menu-toggle pf-m-plain' : 'pf-v6-c-menu-toggle'}
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded="false"
        onClick={() => {
          setTouched(true)
          // Later, or the open menu would take this very click for one outside of it.
          setTimeout(() => setOpen(true))
        }}
      >
        <span className="pf-v6-c-menu-toggle__text">{props.face ?? <Icon name="more" />}</span>
        {plain ? null : (
          <span className="pf-v6-c-menu-toggle__controls">
            <Icon name="down" size={12} />
          </span>
        )}
      </button>
    )
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: plain ? 'right' : 'left', enableFlip: true }}
      shouldFocusToggleOnSelect
      toggle={(toggle) => (
        <MenuToggle
          ref={toggle}
          variant={plain ? 'plain' : 'default'}
          aria-label={props.label}
          isExpanded={open}
          onClick={() => setOpen(!open)}
        >
          {props.face ?? <Icon name="more" />}
        </MenuToggle>
      )}
    >
      <FocusFirst />
      <DropdownList>
        {props.entries.map((entry) => (
          <Fragment key={entry.id}>
            {entry.ruled === true ? <Divider component="li" /> : null}
            <DropdownItem
              onClick={entry.onPress}
              isAriaDisabled={entry.disabled === true}
              {...(entry.note === undefined ? {} : { description: entry.note })}
              {...(entry.icon === undefined ? {} : { icon: <Icon name={entry.icon} size={14} /> })}
              {...(entry.checked === undefined ? {} : { isSelected: entry.checked })}
            >
              {entry.text}
            </DropdownItem>
          </Fragment>
        ))}
      </DropdownList>
    </Dropdown>
  )
}
