import { once } from 'node:events'
import { copyFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export const sleeps = (xml: string): string =>
  xml.replace('<devices>', "<pm><suspend-to-mem enabled='yes'/><suspend-to-disk enabled='yes'/></pm><devices>")

/** The boot disk as another file; an error of it stops the guest. */
export const diskFile = (xml: string, file: string): string =>
  xml.replace(
    /<disk type='file' device='disk'>[^]*?<\/disk>/,
    `<disk type='file' device='disk'><driver name='qemu' type='raw' error_policy='stop'/>` +
      `<source file='${file}'/><target dev='vda' bus='virtio'/></disk>`,
  )

/** A CD that is not there any more, and may be missing. */
export const missingMedium = (xml: string, file: string): string =>
  xml.replace(
    "<disk type='file' device='cdrom'>",
    `<disk type='file' device='cdrom'><source file='${file}' startupPolicy='optional'/>`,
  )

/** Opens a VNC screen for a moment: the least that counts as a viewer. */
export async function lookAtScreen(socketPath: string): Promise<void> {
  const socket = connect({ path: socketPath })
  const say = async (bytes: Uint8Array): Promise<void> => {
    await once(socket, 'data')
    socket.write(bytes)
  }
  await say(Buffer.from('RFB 003.008\n'))
  await say(Buffer.from([1])) // no password
  await say(Buffer.from([1])) // shared
  await once(socket, 'data')
  socket.destroy()
  await pause(500)
}

/** A Linux with a balloon and an agent's channel, from a folder with vmlinuz and initrd.img. */
export async function linuxXml(from: string, images: string): Promise<string> {
  for (const file of ['vmlinuz', 'initrd.img']) await copyFile(join(from, file), join(images, file))
  return `<domain type='qemu'><name>linux</name><memory unit='MiB'>128</memory>
  <os><type arch='x86_64'>hvm</type><kernel>${images}/vmlinuz</kernel><initrd>${images}/initrd.img</initrd>
  <cmdline>console=ttyS0 quiet</cmdline></os><features><acpi/></features>
  <devices><serial type='pty'/><console type='pty'/><memballoon model='virtio'/>
  <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel></devices></domain>`
}
