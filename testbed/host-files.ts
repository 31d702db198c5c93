import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What is written into a host's /etc/libvirt. */
export type HostFiles = {
  readonly uuid: string
  readonly qemuUser: 'root' | 'libvirt-qemu'
  /** Listens with TLS on this address, with the certificates in /etc/libvirt/pki. */
  readonly tlsAddress?: string
  /** Further lines, e.g. `max_client_requests = 64`; a later line wins over an earlier one. */
  readonly libvirtdConf?: readonly string[]
  readonly qemuConf?: readonly string[]
}

const pki = '/etc/libvirt/pki'

/** Makes what is missing of the folders that become a host's /run, /etc/libvirt, /var/lib/libvirt, /var/log and /var/cache/libvirt. */
export async function makeHostFolders(folder: string): Promise<void> {
  for (const name of [
    'run/lock',
    'run/libvirt',
    'etc/qemu/networks/autostart',
    'etc/pki',
    'lib/images',
    'log/libvirt/qemu',
    'cache',
  ])
    await mkdir(join(folder, name), { recursive: true, mode: 0o755 })
  await cp('/etc/libvirt/nwfilter', join(folder, 'etc/nwfilter'), { recursive: true }).catch(() => undefined)
  const network = join(folder, 'etc/qemu/networks/lab.xml')
  await writeFile(network, labNetwork, { flag: 'wx' }).catch(() => undefined) // a host that comes back keeps its own
  const link = join(folder, 'etc/qemu/networks/autostart/lab.xml')
  await rm(link, { force: true })
  await symlink('/etc/libvirt/qemu/networks/lab.xml', link)
}

/** Writes the configuration. Every line is one that differs from the daemon's own default. */
export async function writeHostFiles(folder: string, files: HostFiles): Promise<void> {
  await writeFile(join(folder, 'etc/libvirtd.conf'), lines(libvirtdConf(files)))
  await writeFile(join(folder, 'etc/qemu.conf'), lines(qemuConf(files)))
}

function libvirtdConf({ uuid, tlsAddress, libvirtdConf = [] }: HostFiles): string[] {
  const tls = [
    'listen_tls = 1',
    `listen_addr = "${tlsAddress}"`,
    `ca_file = "${pki}/ca-cert.pem"`,
    `cert_file = "${pki}/server-cert.pem"`,
    `key_file = "${pki}/server-key.pem"`,
  ]
  return [
    `host_uuid = "${uuid}"`,
    'auth_unix_rw = "none"', // the folder above the socket is closed; polkit is not part of the test
    'unix_sock_rw_perms = "0770"',
    'keepalive_interval = 2',
    'keepalive_count = 3',
    'log_outputs = "2:file:/var/log/libvirt/libvirtd.log"',
    ...(tlsAddress === undefined ? ['listen_tls = 0'] : tls),
    ...libvirtdConf,
  ]
}

function qemuConf({ qemuUser, qemuConf = [], tlsAddress }: HostFiles): string[] {
  return [
    `user = "${qemuUser}"`,
    `group = "${qemuUser === 'root' ? 'root' : 'libvirt-qemu'}"`,
    'security_driver = "none"',
    'namespaces = []', // the host is a mount namespace already; a second one costs 0.2 s a start
    'cgroup_controllers = []',
    ...(tlsAddress === undefined
      ? []
      : [
          `migration_address = "${tlsAddress}"`,
          `migration_host = "${tlsAddress}"`,
          `default_tls_x509_cert_dir = "${pki}"`,
        ]),
    ...qemuConf,
  ]
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`

/** A network without addresses: no dnsmasq, no rule outside the host. */
const labNetwork = `<network>
  <name>lab</name>
  <uuid>6f1b4a0e-5d0c-4b58-9a7e-0d4c2f1f9a10</uuid>
  <bridge name='lab0' stp='off' delay='0'/>
</network>
`
