import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from 'react'

import { findVmsQuery } from '../data/queries.ts'
import type { Vm } from '../data/resources.ts'
import { Icon, type IconName } from '../parts/icon.tsx'
import { Name, Said } from '../parts/name.tsx'
import { offers, vmLook } from '../parts/state-look.ts'
import { useVmActions, type VmActions } from '../parts/vm-actions.tsx'

type Command = {
  readonly id: string
  readonly text: string
  readonly icon: IconName
  readonly note: string
  readonly run: () => void
}
type Navigate = ReturnType<typeof useNavigate>

const pages = [
  ['/', 'Overview', 'overview', 'g o'],
  ['/vms', 'Virtual machines', 'vm', 'g v'],
  ['/vms/new', 'Create a VM', 'plus', ''],
  ['/hosts', 'Hosts', 'host', 'g h'],
  ['/storage', 'Storage', 'storage', 'g s'],
  ['/networks', 'Networks', 'network', 'g n'],
  ['/tasks', 'Tasks', 'tasks', 'g t'],
  ['/changes', 'Changes', 'changes', 'g c'],
] as const

const commandsOf = (vm: Vm, navigate: Navigate, actions: VmActions, verb: string): readonly Command[] => {
  const open: Command = {
    id: vm.id,
    text: vm.name,
    icon: 'vm',
    note: vmLook(vm).word,
    run: () => void navigate({ to: '/vms/$vm', params: { vm: vm.name } }),
  }
  const can = offers(vm)
  const deeds: Command[] = []
  if (can.start && 'start'.startsWith(verb))
    deeds.push({
      id: `${vm.id}s`,
      text: `Start ${vm.name}`,
      icon: 'play',
      note: '',
      run: () => actions.act('start', [vm]),
    })
  if (can.shutDown && 'shut down'.startsWith(verb))
    deeds.push({
      id: `${vm.id}d`,
      text: `Shut down ${vm.name}`,
      icon: 'shutdown',
      note: '',
      run: () => actions.act('shutDown', [vm]),
    })
  if (can.powerOff && ('power off'.startsWith(verb) || 'stop'.startsWith(verb)))
    deeds.push({
      id: `${vm.id}p`,
      text: `Power off ${vm.name}…`,
      icon: 'poweroff',
      note: '',
      run: () => actions.act('powerOff', [vm]),
    })
  return verb === '' ? [open, ...deeds] : deeds
}

/** "start web" is a verb and a part of a name; anything else is a part of a name. */
const split = (typed: string): { verb: string; name: string } => {
  const [, verb, name] = /^(start|stop|shut ?down|power ?off)\s+(.*)$/i.exec(typed.trim()) ?? []
  if (verb === undefined || name === undefined) return { verb: '', name: typed.trim() }
  return { verb: verb.toLowerCase().replace('shutdown', 'shut down').replace('poweroff', 'power off'), name }
}

/** Goes to a page or VM, starts and stops VMs; all by keyboard. */
export const Palette = ({ onClose }: { readonly onClose: () => void }): ReactElement => {
  const navigate = useNavigate()
  const actions = useVmActions()
  const dialog = useRef<HTMLDialogElement>(null)
  const [typed, setTyped] = useState('')
  const [at, setAt] = useState(0)
  const { verb, name } = split(useDeferredValue(typed))
  const found = useQuery({ ...findVmsQuery(name), enabled: name !== '' })
  useEffect(() => dialog.current?.showModal(), [])

  const commands: readonly Command[] = [
    ...pages
      .filter(([, text]) => verb === '' && text.toLowerCase().includes(name.toLowerCase()))
      .map(([to, text, icon, note]) => ({ id: to, text, icon, note, run: () => void navigate({ to }) })),
    ...(name === '' ? [] : (found.data?.items ?? [])).flatMap((vm) => commandsOf(vm, navigate, actions, verb)),
  ].slice(0, 12)
  const here = Math.min(at, Math.max(0, commands.length - 1))

  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    onClose()
    command.run()
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(here + 1, commands.length - 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(here - 1, 0))
    else if (event.key === 'Enter') run(commands[here])
    else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} className="palette" aria-label="Search or run a command" onClose={onClose}>
      <div className="palette__field">
        <Icon name="search" />
        <input
          autoFocus
          value={typed}
          placeholder="A page, a VM, or “start …”"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-list"
          aria-activedescendant={commands[here] === undefined ? undefined : `palette-${here}`}
          onChange={(event) => {
            setTyped(event.target.value)
            setAt(0)
          }}
          onKeyDown={onKey}
        />
      </div>
      <ul id="palette-list" role="listbox" aria-label="Found">
        {commands.map((command, index) => (
          <li
            key={command.id}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === here}
            onMouseMove={() => setAt(index)}
            onClick={() => run(command)}
          >
            <Icon name={command.icon} />
            <Said>{command.text}</Said>
            <span className="end">{command.note}</span>
          </li>
        ))}
      </ul>
      {commands.length === 0 ? (
        <p className="wait">
          Nothing is called <Name of={typed} />.
        </p>
      ) : null}
      <footer>
        <span>
          <kbd>↵</kbd> run
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </footer>
    </dialog>
  )
}
