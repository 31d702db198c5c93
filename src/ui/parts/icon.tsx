import type { ReactElement } from 'react'

/** Line icons on a 16 px grid, drawn for Floe: strokes take the colour of the text beside them. */
const shapes = {
  overview: 'M1.5 8.5h3l2-6 3 11 2-5h3',
  vm: 'M2 3h12v8.5H2zM6 14h4M8 11.5V14',
  host: 'M2 2.5h12v5H2zM2 8.5h12v5H2zM4.5 5h.01M4.5 11h.01',
  storage:
    'M2.5 4c0-1.1 2.5-2 5.5-2s5.5.9 5.5 2-2.5 2-5.5 2-5.5-.9-5.5-2zM2.5 4v8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2V4M2.5 8c0 1.1 2.5 2 5.5 2s5.5-.9 5.5-2',
  network: 'M6 2h4v3.5H6zM1.5 10.5h4V14h-4zM10.5 10.5h4V14h-4zM8 5.5V8M3.5 10.5V8h9v2.5',
  tasks: 'M2 3.5h12M2 8h7M2 12.5h5M10 12l1.8 1.8L15 10',
  changes: 'M2 8a6 6 0 1 0 2-4.5L2 5.5M2 2v3.5h3.5M8 5v3.5l2.5 1.5',
  search: 'M7 2a5 5 0 1 1 0 10A5 5 0 0 1 7 2zM10.7 10.7 14.5 14.5',
  moon: 'M13.5 9.8A6 6 0 1 1 6.2 2.5a5 5 0 0 0 7.3 7.3z',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13',
  contrast: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 2v12M10 3v10M12 4.5v7',
  user: 'M8 2.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM2.5 14c.4-3 2.6-4.4 5.5-4.4s5.1 1.4 5.5 4.4',
  plus: 'M8 2.5v11M2.5 8h11',
  play: 'M4.5 2.5v11l9-5.5z',
  shutdown: 'M8 1.8v6M4.6 4.2a5.2 5.2 0 1 0 6.8 0',
  poweroff: 'M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z',
  more: 'M8 3.2v.01M8 8v.01M8 12.8v.01',
  close: 'm3.5 3.5 9 9M12.5 3.5l-9 9',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  up: 'M8 13V3.5M4 7.2l4-4 4 4',
  downArrow: 'M8 3v9.5M4 8.8l4 4 4-4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'm2.5 8.5 3.5 3.5 7.5-8',
  warning: 'M8 2 15 14H1zM8 6.5v3.5M8 12v.01',
  error: 'M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2zM8 4.5v4.2M8 11v.01',
  clock: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.8V8l2.3 1.6',
  outside: 'M3 4h7a3 3 0 0 1 0 6H4.5M7 7.5 4.5 10 7 12.5',
  undo: 'M6 3 3 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6',
  lock: 'M3.5 7.5h9v6h-9zM5.2 7.5V5a2.8 2.8 0 0 1 5.6 0v2.5',
  refresh: 'M13.5 8A5.5 5.5 0 1 1 11.6 3.8L13.5 5.5M13.5 2v3.5H10',
  expand: 'M2 5.5V2h3.5M10.5 2H14v3.5M14 10.5V14h-3.5M5.5 14H2v-3.5',
  external: 'M9.5 2H14v4.5M14 2 7.5 8.5M12 9.5V14H2V4h4.5',
  keyboard: 'M1.5 4h13v8.5h-13zM4 6.8h.01M6.7 6.8h.01M9.3 6.8h.01M12 6.8h.01M4.5 9.8h7',
  paste: 'M5.5 3H3v11h10V3h-2.5M5.5 2h5v2.5h-5zM5.5 8h5M5.5 10.8h3.5',
  trash: 'M2 4h12M6 4V2.2h4V4M3.5 4l.7 10h7.6l.7-10M6.5 7v4.5M9.5 7v4.5',
  columns: 'M2 2.5h12v11H2zM6 2.5v11M10 2.5v11',
  eye: 'M1.2 8C2.8 5 5.2 3.5 8 3.5S13.2 5 14.8 8c-1.6 3-4 4.5-6.8 4.5S2.8 11 1.2 8zM8 6a2 2 0 1 1 0 4 2 2 0 0 1 0-4z',
  terminal: 'M1.5 2.5h13v11h-13zM4 6l2.3 2L4 10M8 10.5h4',
  menu: 'M2 4h12M2 8h12M2 12h12',
  key: 'M5 7.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM7.2 8.3 13.5 2M10.5 5l2 2',
  disc: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 6.6a1.4 1.4 0 1 1 0 2.8 1.4 1.4 0 0 1 0-2.8z',
  logout: 'M6.5 2H2.5v12h4M6 8h8.5M11.5 5l3 3-3 3',
} as const

export type IconName = keyof typeof shapes

/** One of Floe's icons; decoration only, the words beside it say what it means. */
export const Icon = ({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactElement => (
  <svg className="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
    <path d={shapes[name]} />
  </svg>
)

/** The product's mark: a floe, and what of it lies under water. */
export const Mark = ({ size = 22 }: { readonly size?: number }): ReactElement => (
  <svg className="mark" viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false">
    <path
      className="mark__above"
      d="M2.6 13.2 6 6.4l3.2 1.5L13.6 3l3 4.2 2.1-.9 2.9 6.9q.2.6-.4.7-2.6.6-4.6.1-2.3-.6-4.5.1-2.3.7-4.6 0-2-.6-4.4 0-.8.1-.5-.9z"
    />
    <path
      className="mark__below"
      d="M4.6 16.4q2.4-.8 4.5-.2 2.2.7 4.4 0 2.2-.7 4.6 0l1.8.3-2.3 2.4-3.5-.2-2.4 2.5H7.9l-1.6-2.7z"
    />
  </svg>
)
