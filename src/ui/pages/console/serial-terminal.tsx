import '@xterm/xterm/css/xterm.css'
import { FitAddon } from '@xterm/addon-fit'
import { Terminal } from '@xterm/xterm'
import { useEffect, useImperativeHandle, useRef, type ReactElement, type Ref } from 'react'

import { useConsole, type Attach } from '../../parts/use-console.ts'
import { ConsoleMiddle } from './console-middle.tsx'
import type { ConsoleHandle, GuestProps } from './guest.ts'

/** Questions a guest could ask a terminal, whose answers would be typed back at it. The gateway filters them too. */
const silence = (terminal: Terminal): void => {
  const { parser } = terminal
  for (const id of [
    { final: 'c' },
    { prefix: '>', final: 'c' },
    { prefix: '=', final: 'c' },
    { final: 'n' },
    { prefix: '?', final: 'n' },
    { intermediates: '$', final: 'p' },
    { prefix: '?', intermediates: '$', final: 'p' },
    { final: 't' },
  ])
    parser.registerCsiHandler(id, () => true)
  for (const id of [4, 10, 11, 12, 52]) parser.registerOscHandler(id, () => true)
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true)
}

const encoder = new TextEncoder()

/** The serial console: what was said since power-on, then live. */
const SerialTerminal = (props: GuestProps & { readonly ref: Ref<ConsoleHandle> }): ReactElement => {
  const place = useRef<HTMLDivElement>(null)
  const terminal = useRef<Terminal>(null)
  const send = useRef<(text: string) => void>(() => undefined)

  useEffect(() => {
    if (place.current === null) return
    const style = getComputedStyle(place.current)
    const made = new Terminal({
      fontFamily: style.getPropertyValue('--mono'),
      fontSize: 13,
      scrollback: 10_000,
      cursorBlink: true,
      screenReaderMode: true,
      theme: {
        background: style.getPropertyValue('--guest').trim(),
        foreground: style.getPropertyValue('--guest-text').trim(),
      },
    })
    const fitting = new FitAddon()
    made.loadAddon(fitting)
    silence(made)
    made.open(place.current)
    fitting.fit()
    made.onData((text) => send.current(text))
    const resized = new ResizeObserver(() => fitting.fit())
    resized.observe(place.current)
    terminal.current = made
    return () => {
      resized.disconnect()
      made.dispose()
      terminal.current = null
    }
  }, [])

  const attach: Attach = async (console, signal) => {
    terminal.current?.reset()
    terminal.current?.focus()
    send.current = (text) => console.send(encoder.encode(text))
    try {
      for await (const bytes of console.output) {
        if (signal.aborted) break
        terminal.current?.write(bytes)
      }
    } finally {
      send.current = () => undefined
      console.close()
    }
  }
  const { link, again } = useConsole({ vm: props.vm.id, kind: 'serial', on: props.on, attach })

  useImperativeHandle(props.ref, () => ({
    focus: () => terminal.current?.focus(),
    paste: (text) => {
      send.current(text.replaceAll(/\r?\n/g, '\r'))
      terminal.current?.focus()
    },
  }))

  return (
    <div className="console__room" data-keys="guest">
      <div
        ref={place}
        className={
          link.state === 'open' || link.state === 'off'
            ? 'console__guest is-serial'
            : 'console__guest is-serial is-dimmed'
        }
      />
      <ConsoleMiddle vm={props.vm} link={link} onAgain={again} />
    </div>
  )
}

export default SerialTerminal
