/** The domain with which a copy of Floe proves KVM. */
export const probeName = (copy: string): string => `floe-probe-${copy.slice(-8)}`

/** Domains of the proof are no VMs, whichever Floe makes them: the inventory leaves them out. */
export const isProbe = (name: string): boolean => /^floe-probe-[0-9a-f]{8}$/.test(name)
