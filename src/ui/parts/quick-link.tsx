import { useRouter } from '@tanstack/react-router'
import type { MouseEvent, ReactElement, ReactNode } from 'react'

/** A link for tables with hundreds of them: the router's own does work at each drawing that a row cannot afford. */
export const QuickLink = (props: {
  readonly href: string
  readonly className?: string
  readonly children: ReactNode
}): ReactElement => {
  const router = useRouter()
  const onClick = (event: MouseEvent): void => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    router.history.push(props.href)
  }
  return (
    <a href={props.href} className={props.className} tabIndex={-1} onClick={onClick}>
      {props.children}
    </a>
  )
}
