import { useEffect, useRef, type RefObject } from 'react'

export type Hotkeys = Readonly<Record<string, (event: KeyboardEvent) => void>>

const place = 'floe-letters'
/** Time between the two keys of "g v". */
const pairMs = 1200

/** Single letters can be switched off: some people's tools type them. */
export const lettersOn = (): boolean => localStorage.getItem(place) !== 'off'
export const switchLetters = (on: boolean): void => localStorage.setItem(place, on ? 'on' : 'off')

const inGuest = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.closest('[data-keys="guest"]') !== null

/** Text is being typed, or a dialog or menu has the keys. */
const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    ['TEXTAREA', 'SELECT'].includes(target.tagName) ||
    (target instanceof HTMLInputElement && target.type !== 'checkbox') ||
    target.closest('dialog[open], [role="dialog"], [role="menu"]') !== null)

const nameOf = (event: KeyboardEvent): string =>
  event.ctrlKey || event.metaKey ? `Ctrl+${event.key.toLowerCase()}` : event.key

type Board = { readonly maps: Set<RefObject<Hotkeys>>; first: { readonly key: string; readonly at: number } }

/** All keys of the page in one place: after "g" the next letter is the second of a pair, and of nothing else. */
const board: Board = { maps: new Set(), first: { key: '', at: 0 } }

const lookUp = (name: string): ((event: KeyboardEvent) => void) | undefined => {
  for (const map of [...board.maps].toReversed()) {
    const run = map.current[name]
    if (run !== undefined) return run
  }
  return undefined
}

const beginsPair = (key: string): boolean =>
  [...board.maps].some((map) => Object.keys(map.current).some((name) => name.startsWith(`${key} `)))

const onKey = (event: KeyboardEvent): void => {
  const name = nameOf(event)
  const letter = event.key.length === 1 && !name.startsWith('Ctrl+')
  if (event.altKey || event.defaultPrevented || inGuest(event.target) || (letter && !lettersOn())) return
  if (typing(event.target) && name !== 'Ctrl+k') return
  const { key, at } = board.first
  const second = key !== '' && beginsPair(key) && event.timeStamp - at < pairMs
  board.first = second ? { key: '', at: 0 } : { key: name, at: event.timeStamp }
  const run = lookUp(second ? `${key} ${name}` : name)
  if (run === undefined) return
  event.preventDefault()
  run(event)
}

/** Keys of the whole page: "Ctrl+k", "/", "g v". */
export const useHotkeys = (keys: Hotkeys): void => {
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  useEffect(() => {
    if (board.maps.size === 0) document.addEventListener('keydown', onKey)
    board.maps.add(latest)
    return () => {
      board.maps.delete(latest)
      if (board.maps.size === 0) document.removeEventListener('keydown', onKey)
    }
  }, [])
}
