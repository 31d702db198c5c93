import { useEffect, useRef } from 'react'

export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>

const place = 'floe-letters'
/** Time between the two keys of "g v". */
const pairMs = 1200

/** Single letters can be switched off: some people's tools type them. */
export const lettersOn = (): boolean => localStorage.getItem(place) !== 'off'
export const switchLetters = (on: boolean): void => localStorage.setItem(place, on ? 'on' : 'off')

/** Text is being typed, or the keys belong to a guest. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    target.closest('[data-keys="guest"], dialog[open], [role="dialog"], [role="menu"]') !== null) &&
  !(target instanceof HTMLInputElement && target.type === 'checkbox')

const nameOf = (event: KeyboardEvent): string =>
  `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.key.length === 1 ? event.key : event.key}`

/** Keys of the whole page: "Ctrl+k", "/", "g v". */
export const useHotkeys = (keys: Hotkeys): void => {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    let first = { key: '', at: 0 }
    const onKey = (event: KeyboardEvent): void => {
      const name = nameOf(event)
      const withCtrl = name.startsWith('Ctrl+')
      const letter = event.key.length === 1 && !withCtrl
      if (event.altKey || (letter && !lettersOn())) return
      if (typing(event.target) && !(withCtrl && name === 'Ctrl+k' && !inGuest(event.target))) return
      const pair = `${first.key} ${name}`
      const fresh = event.timeStamp - first.at < pairMs
      first = { key: name, at: event.timeStamp }
      const run = (fresh ? latest.current[pair] : undefined) ?? latest.current[name]
      if (run === undefined) return
      event.preventDefault()
      run(event)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

const inGuest = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[data-keys="guest"]') !== null
