import type { Duplex } from 'node:stream'

import type { HostId, VmId } from '../../base/ids.ts'

export type ConsoleKind = 'vnc' | 'serial'

/** What the gateway needs of the VMs and hosts. */
export type ConsoleHosts = {
  /** The VM that `ref` (id or name) means within the scopes. Throws not_found, name_ambiguous, no_console, vm_not_running. */
  find(ref: string, kind: ConsoleKind, scopes: readonly string[]): Promise<ConsoleVm>
  /** Where the VM's VNC server listens now, and its password where it has one. */
  graphicsOf(vm: VmId, signal: AbortSignal): Promise<Graphics>
  /** A new stream of the VM's first serial console (libvirt's openConsole). */
  openConsole(vm: VmId, signal: AbortSignal): Promise<Duplex>
}

export type ConsoleVm = { readonly id: VmId; readonly name: string; readonly host: HostId }

export type Graphics = { readonly host: string; readonly port: number; readonly password?: string }
