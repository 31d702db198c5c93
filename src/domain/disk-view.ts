export type DiskView = {
  /** The guest's name of it as libvirt writes it: `vda`. */
  readonly target: string | undefined
  readonly bus: string | undefined
  /** `disk`, `cdrom`, `floppy`, `lun`. */
  readonly device: string
  /** `undefined`: an empty drive. */
  readonly source: DiskSource | undefined
  readonly format: string | undefined
  readonly readonly: boolean
  readonly shareable: boolean
  readonly bootOrder: number | undefined
  readonly serial: string | undefined
  readonly alias: string | undefined
}

export type DiskSource =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'block'; readonly path: string }
  | { readonly type: 'dir'; readonly path: string }
  | { readonly type: 'volume'; readonly pool: string; readonly volume: string }
  | {
      readonly type: 'network'
      readonly protocol: string
      readonly name: string | undefined
      readonly hosts: readonly string[]
    }
  | { readonly type: 'other'; readonly kind: string }
