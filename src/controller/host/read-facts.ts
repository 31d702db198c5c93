import { LibvirtError, nodeMemory, type Api, type CallOptions } from '@floe/libvirt'

import { offeredGuest, parseCapabilities, parseDomainCapabilities, type HostFacts } from '../../domain/index.ts'

/** What a host is, for its row and page; sizes in bytes. */
export type HostFigures = {
  readonly hostname: string
  readonly libvirt: string
  readonly qemu: string | null
  readonly cpus: number
  readonly cpuModel: string | null
  readonly memoryBytes: number
  readonly arch: string | null
}

/** libvirt's number of a version, 9000000, as 9.0.0. */
const versionText = (version: bigint): string =>
  `${version / 1_000_000n}.${(version / 1000n) % 1000n}.${version % 1000n}`

// The test driver, and libvirt without an emulator, refuse some of these; a host without them is still a host.
const orNothing = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked
  } catch (error) {
    if (error instanceof LibvirtError) return undefined
    throw error
  }
}

/** libvirt answers these only when it has asked each QEMU for its abilities by starting it: 1.3 s on an idle machine,
 *  half a minute on a busy one. It asks again and again where QEMU's user may not open /dev/kvm but root may. */
const slowly = { deadlineMs: 120_000 }

export async function readFigures(call: Api): Promise<HostFigures> {
  const [host, libvirt, qemu, node, memory, capabilities] = await Promise.all([
    call.connectGetHostname(),
    call.connectGetLibVersion(),
    orNothing(call.connectGetVersion({}, slowly)),
    call.nodeGetInfo(),
    orNothing(nodeMemory(call)),
    orNothing(call.connectGetCapabilities({}, slowly)),
  ])
  const view = capabilities && parseCapabilities(capabilities.xml)
  return {
    hostname: host.hostname,
    libvirt: versionText(libvirt.version),
    qemu: qemu ? versionText(qemu.version) : null,
    cpus: node.cpus,
    cpuModel: view?.cpuModel ?? node.model,
    // The node's own figure leaves out memory that was plugged in since the start.
    memoryBytes: (memory && kibOf(memory, 'total')) || Number(node.memoryKiB) * 1024,
    arch: view?.arch ?? null,
  }
}

/** Free memory of the host in bytes, page cache included: what a new guest could get. */
export async function readFreeMemory(call: Api, options?: CallOptions): Promise<number | undefined> {
  const memory = await orNothing(nodeMemory(call, options))
  return memory && kibOf(memory, 'free') + kibOf(memory, 'buffers') + kibOf(memory, 'cached')
}

const kibOf = (memory: Record<string, bigint>, name: string): number => Number(memory[name] ?? 0n) * 1024

/** What the builder of domain documents asks about a host, for the given kind of virtualization. */
export async function readHostFacts(call: Api, virtualization: 'kvm' | 'qemu'): Promise<HostFacts> {
  const { xml } = await call.connectGetCapabilities({}, slowly)
  const capabilities = parseCapabilities(xml)
  const arch = capabilities.arch ?? 'x86_64'
  const emulator = offeredGuest(capabilities, arch, virtualization)?.emulator
  const [domain, libvirt, qemu] = await Promise.all([
    call.connectGetDomainCapabilities(
      { ...(emulator && { emulator }), arch, ...(arch === 'x86_64' && { machine: 'q35' }), virtType: virtualization },
      slowly,
    ),
    call.connectGetLibVersion(),
    orNothing(call.connectGetVersion({}, slowly)),
  ])
  return {
    capabilities,
    domainCapabilities: parseDomainCapabilities(domain.xml),
    libvirtVersion: Number(libvirt.version),
    ...(qemu && { qemuVersion: Number(qemu.version) }),
  }
}
