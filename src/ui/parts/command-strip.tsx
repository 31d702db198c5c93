import { useState, type ReactElement, type ReactNode } from 'react'

import { Button } from './button.tsx'

/** A command as one would type it, to copy. */
export const CommandStrip = ({ text, end }: { readonly text: string; readonly end?: ReactNode }): ReactElement => (
  <div className="command">
    <code>{text}</code>
    {end}
    <CopyButton text={text} what="command" />
  </div>
)

export const CopyButton = (props: {
  readonly text: string
  readonly what: string
  readonly worded?: boolean
}): ReactElement => {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard.writeText(props.text).then(() => setCopied(true))
  }
  const label = copied ? 'Copied' : `Copy ${props.what}`
  return (
    <Button look="plain" small icon={copied ? 'check' : 'copy'} label={label} onPress={copy}>
      {props.worded === true ? (copied ? 'Copied' : 'Copy') : undefined}
    </Button>
  )
}
