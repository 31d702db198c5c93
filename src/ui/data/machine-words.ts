/** libvirt's words for a VM's hardware, as people say them. */

/** A CPU mode and model: libvirt's `mode`, or `mode model`. */
export const cpuWords = (cpu: string): string => {
  const [mode = '', ...model] = cpu.split(' ')
  const rest = model.join(' ')
  switch (mode) {
    case 'maximum':
      return 'every feature QEMU has'
    case 'host-model':
      return rest === '' ? 'like the host’s' : `like the host’s, ${rest}`
    case 'host-passthrough':
      return 'the host’s own'
    case 'custom':
      return rest === '' ? 'custom' : rest
    default:
      return cpu
  }
}

export const firmwareWords = (firmware: string): string =>
  ({ bios: 'BIOS', uefi: 'UEFI', efi: 'UEFI' })[firmware] ?? firmware
