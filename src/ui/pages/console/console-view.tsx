import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useRef, useState, type ReactElement } from 'react'

import type { VmDetail } from '../../data/resources.ts'
import { visibleText } from '../../data/visible-text.ts'
import { Button } from '../../parts/button.tsx'
import { Mark } from '../../parts/icon.tsx'
import { Name } from '../../parts/name.tsx'
import { Wait } from '../../parts/page.tsx'
import { VmState } from '../../parts/state.tsx'
import { VmMenu } from '../../parts/vm-menu.tsx'
import type { ConsoleHandle } from './guest.ts'
import { PasteDialog } from './paste-dialog.tsx'
import { useHeldEscape } from './use-held-escape.ts'

const VncScreen = lazy(() => import('./vnc-screen.tsx'))
const SerialTerminal = lazy(() => import('./serial-terminal.tsx'))

/** A console with its one bar; `alone` in a window of its own, else on the VM's page. */
export const ConsoleView = (props: {
  readonly vm: VmDetail
  readonly kind: 'vnc' | 'serial'
  readonly alone: boolean
}): ReactElement => {
  const { vm, kind, alone } = props
  const frame = useRef<HTMLDivElement>(null)
  const guest = useRef<ConsoleHandle>(null)
  const [fit, setFit] = useState(true)
  const [pasting, setPasting] = useState(false)
  const on =
    vm.foreign === null &&
    (vm.state === 'running' || vm.state === 'blocked' || vm.state === 'paused' || vm.state === 'shutdown')
  const full = useFullScreen()
  useHeldEscape(frame)
  const to = alone ? '/vms/$vm/console' : '/vms/$vm/consoles'
  const Guest = kind === 'vnc' ? VncScreen : SerialTerminal

  return (
    <div ref={frame} className={alone ? 'console is-alone' : 'console is-inside'}>
      <div className="console__bar" role="toolbar" aria-label={`Console of ${visibleText(vm.name)}`}>
        {alone ? (
          <Link
            to="/vms/$vm"
            params={{ vm: vm.name }}
            className="console__name"
            aria-label={`Back to ${visibleText(vm.name)}`}
          >
            <Mark size={20} />
            <Name of={vm.name} />
          </Link>
        ) : null}
        {alone ? <VmState vm={vm} /> : null}
        <span className="switcher">
          <Link to={to} params={{ vm: vm.name }} search={{}} activeOptions={{ exact: true, includeSearch: true }}>
            Screen
          </Link>
          <Link
            to={to}
            params={{ vm: vm.name }}
            search={{ kind: 'serial' }}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            Serial
          </Link>
        </span>
        <span className="end">
          {kind === 'vnc' ? (
            <Button look="plain" label="Send Ctrl-Alt-Del" disabled={!on} onPress={() => guest.current?.ctrlAltDel?.()}>
              <kbd>Ctrl</kbd> <kbd>Alt</kbd> <kbd>Del</kbd>
            </Button>
          ) : null}
          <Button look="plain" icon="paste" disabled={!on} onPress={() => setPasting(true)}>
            Paste as keys…
          </Button>
          {kind === 'vnc' ? (
            <span className="switcher">
              <button type="button" aria-pressed={fit} onClick={() => setFit(true)}>
                Fit
              </button>
              <button type="button" aria-pressed={!fit} onClick={() => setFit(false)}>
                1:1
              </button>
            </span>
          ) : null}
          {alone ? null : (
            <Button
              look="plain"
              icon="external"
              label="Open in a window of its own"
              onPress={() =>
                window.open(
                  `/vms/${encodeURIComponent(vm.name)}/console${kind === 'serial' ? '?kind=serial' : ''}`,
                  `floe-console-${vm.id}`,
                  'popup,width=1060,height=820',
                )
              }
            />
          )}
          <Button
            look="plain"
            icon="expand"
            onPress={() => {
              if (full) void document.exitFullscreen()
              else void frame.current?.requestFullscreen().then(() => guest.current?.focus())
            }}
          >
            {full ? 'Leave full screen' : 'Full screen'}
          </Button>
          {alone ? <VmMenu vm={vm} /> : null}
        </span>
      </div>
      <Suspense
        fallback={
          <div className="console__room">
            <Wait what="Loading the console" />
          </div>
        }
      >
        <Guest key={kind} ref={guest} vm={vm} on={on} fit={fit} />
      </Suspense>
      <div className="console__foot">
        <span>
          {kind === 'vnc' ? 'The guest’s screen' : 'The serial console, since power-on'}{' '}
          {vm.host === null ? '' : `on ${vm.host}`}
        </span>
        <span className="end">
          {kind === 'vnc'
            ? 'All keys go to the guest, by their place; its own layout says what they type.'
            : 'All keys go to the guest.'}{' '}
          Way out: hold <kbd>Esc</kbd>
        </span>
      </div>
      {pasting ? (
        <PasteDialog
          vm={vm.name}
          serial={kind === 'serial'}
          hasSerial={vm.serial}
          onClose={() => setPasting(false)}
          onPaste={(text) => {
            setPasting(false)
            guest.current?.paste(text)
          }}
        />
      ) : null}
    </div>
  )
}

const useFullScreen = (): boolean => {
  const [full, setFull] = useState(false)
  useEffect(() => {
    const look = (): void => setFull(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', look)
    return () => document.removeEventListener('fullscreenchange', look)
  }, [])
  return full
}
