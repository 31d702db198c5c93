import type { VmDetail } from '../../data/resources.ts'

/** What the bar can ask of a console. */
export type ConsoleHandle = {
  readonly focus: () => void
  readonly ctrlAltDel?: () => void
  readonly paste: (text: string) => void
}

export type GuestProps = {
  readonly vm: VmDetail
  readonly on: boolean
  /** The picture is scaled to the room; otherwise pixel for pixel. */
  readonly fit: boolean
}
