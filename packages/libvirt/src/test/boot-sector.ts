/** Programs for a guest without an operating system: one boot sector of 16-bit code, for what only a guest can cause. */
const port = (address: number, value: number, wide = false): number[] => [
  0xba, // mov dx, address
  address & 0xff,
  address >> 8,
  0xb8, // mov ax, value
  value & 0xff,
  value >> 8,
  ...(wide ? [0xef] : [0xee]), // out dx, ax | al
]

/** Sets the year in the clock's memory: libvirt announces the clock's change. */
export const setClock = [...port(0x70, 0x09), ...port(0x71, 0x30)]
/** Starts the ib700 watchdog with no time to answer in. */
export const startWatchdog = port(0x443, 0x0f)
/** Writes one sector of the second head (int 13h); what the disk answers is its own affair. */
export const writeSector = [0xb8, 0x01, 0x03, 0xb9, 0x01, 0x00, 0xba, 0x80, 0x01, 0xbb, 0x00, 0x7c, 0xcd, 0x13]
/** ACPI sleep through the power management port of the `pc` machine: S3 is memory, S4 is disk. */
export const sleepToMemory = port(0x604, 0x2400, true)
export const sleepToDisk = port(0x604, 0x2800, true)

/** Writes 32 KiB of memory over and over: a migration has something left to send in each pass. */
export const dirtyMemory = [
  0x31,
  0xc0,
  0x8e,
  0xc0, // es = 0
  0xbf,
  0x00,
  0x80, // mov di, 0x8000
  0x26,
  0xfe,
  0x05, // inc byte [es:di]
  0x81,
  0xc7,
  0x00,
  0x10, // add di, 0x1000
  0x75,
  0xf7, // until it wraps: back to the inc
  0xeb,
  0xf2, // again
]

/** A disk of `size` bytes that runs the pieces in order and then waits. */
export function bootDisk(pieces: readonly (readonly number[])[], size = 1 << 20): Buffer {
  const disk = Buffer.alloc(size)
  Buffer.from([0xfa, ...pieces.flat(), 0xf4, 0xeb, 0xfd]).copy(disk)
  disk.writeUInt16LE(0xaa55, 510)
  return disk
}
