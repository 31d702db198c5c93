export type NicView = {
  readonly mac: string | undefined
  readonly model: string | undefined
  readonly source: NicSource | undefined
  /** The host's name of its tap device; libvirt gives it at the start. */
  readonly target: string | undefined
  readonly linkUp: boolean
  readonly bootOrder: number | undefined
  readonly alias: string | undefined
}

export type NicSource =
  | { readonly type: 'network'; readonly network: string; readonly bridge: string | undefined }
  | { readonly type: 'bridge'; readonly bridge: string }
  | { readonly type: 'direct'; readonly device: string; readonly mode: string | undefined }
  | { readonly type: 'user' }
  | { readonly type: 'other'; readonly kind: string }
