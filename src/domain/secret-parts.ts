// Passwords of screens; what the firmware hands to the guest, where people put credentials; arguments past libvirt.
const secrets = [
  /@(?:passwd|password)$/,
  /(?:^|\/)(?:passwd|password)$/,
  /^sysinfo(?:\[[^\]]*\])?\/(?:oemStrings\/)?entry(?:\[[^\]]*\])?$/,
  /(?:^|:)commandline\/.*@value$/,
]

/** Whether what stands at a path of a domain document may be a secret, and is never shown. */
export const isSecret = (path: string): boolean => secrets.some((pattern) => pattern.test(path))
