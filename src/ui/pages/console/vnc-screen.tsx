import RFB from '@novnc/novnc'
import { useImperativeHandle, useRef, useState, useEffect, type ReactElement, type Ref } from 'react'

import { keyPresses } from '../../data/paste-keys.ts'
import { useConsole, type Attach } from '../../parts/use-console.ts'
import { ConsoleMiddle } from './console-middle.tsx'
import type { ConsoleHandle, GuestProps } from './guest.ts'

/** Pause between two key events: an emulated keyboard loses what comes faster. */
const keyPauseMs = 12
const shiftKey = 0xffe1

const typeKeys = async (rfb: RFB, text: string, signal: AbortSignal): Promise<void> => {
  const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, keyPauseMs))
  for (const press of keyPresses(text)) {
    if (signal.aborted) return
    if (press.shift) rfb.sendKey(shiftKey, 'ShiftLeft', true)
    rfb.sendKey(press.keysym, press.code, true)
    await breathe()
    rfb.sendKey(press.keysym, press.code, false)
    if (press.shift) rfb.sendKey(shiftKey, 'ShiftLeft', false)
    await breathe()
  }
}

/** The guest's screen by VNC. After a cut the last picture stays, dimmed. */
const VncScreen = (props: GuestProps & { readonly ref: Ref<ConsoleHandle> }): ReactElement => {
  const place = useRef<HTMLDivElement>(null)
  const rfb = useRef<RFB | null>(null)
  const fit = useRef(props.fit)
  const typing = useRef(new AbortController())
  const [last, setLast] = useState<string>()
  useEffect(() => {
    fit.current = props.fit
    if (rfb.current !== null) rfb.current.scaleViewport = props.fit
  }, [props.fit])

  const attach: Attach = (console, signal) =>
    new Promise((resolve) => {
      if (place.current === null) {
        console.close()
        return resolve()
      }
      const screen = new RFB(place.current, console.socket as WebSocket, { shared: true })
      rfb.current = screen
      screen.scaleViewport = fit.current
      screen.background = 'transparent'
      screen.focusOnClick = true
      screen.addEventListener('connect', () => {
        setLast(undefined)
        screen.focus({ preventScroll: true })
      })
      const leave = (): void => screen.disconnect()
      screen.addEventListener('disconnect', () => {
        signal.removeEventListener('abort', leave)
        rfb.current = null
        typing.current.abort()
        if (!signal.aborted) setLast(screen.toDataURL('image/png'))
        resolve()
      })
      signal.addEventListener('abort', leave, { once: true })
    })
  const { link, again } = useConsole({ vm: props.vm.id, kind: 'vnc', on: props.on, attach })

  useImperativeHandle(props.ref, () => ({
    focus: () => rfb.current?.focus(),
    ctrlAltDel: () => rfb.current?.sendCtrlAltDel(),
    paste: (text) => {
      if (rfb.current === null) return
      // What was being typed ends: two texts at once would be mixed letter by letter.
      typing.current.abort()
      typing.current = new AbortController()
      void typeKeys(rfb.current, text, typing.current.signal)
      rfb.current.focus()
    },
  }))

  return (
    <div className="console__room" data-keys="guest">
      <div ref={place} className="console__guest" />
      {link.state !== 'open' && last !== undefined ? (
        <div className="console__guest is-dimmed">
          <img className="last" src={last} alt="The last picture of the screen" />
        </div>
      ) : null}
      <ConsoleMiddle vm={props.vm} link={link} onAgain={again} />
    </div>
  )
}

export default VncScreen
