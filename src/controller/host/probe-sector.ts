/** What the probe guest counts to before it answers: 0.1 s for a processor, 0.5 s in software, minutes for a /dev/kvm
 *  that takes every instruction apart (2.4 million a second, measured where the host itself is a VM without nesting). */
const counted = 100_000_000

/** A boot sector that goes the way of every real guest, from real mode to 64 bits with paging, counts, and then writes
 *  the letter F to the first serial port again and again. It proves that a guest's instructions run, and run fast: an
 *  open /dev/kvm proves neither. Source: Intel SDM 3A, 9.8.5, initializing IA-32e mode. */
export function probeSector(): Buffer {
  const sector = Buffer.alloc(512)
  Buffer.concat([code(gdtAt), gdt]).copy(sector)
  sector.writeUInt16LE(0xaa55, 510)
  return sector
}

const loadedAt = 0x7c00
const gdtAt = 0x70

/** Two descriptors, none and 64-bit code, then the pointer to them that LGDT takes. */
const gdt = Buffer.from(
  [[0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0x00, 0x9a, 0x20, 0x00], [15, 0], uint32(loadedAt + gdtAt)].flat(),
)

function code(length: number): Buffer {
  const start = [
    [0xfa, 0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0xfc], // cli; xor ax, ax; mov ds, ax; mov es, ax; cld
    [0x66, 0x31, 0xc0, 0xbf, 0x00, 0x10, 0xb9, 0x00, 0x0c], // xor eax, eax; mov di, 1000h; mov cx, 0c00h
    [0x66, 0xf3, 0xab], // rep stosd: three empty page tables at 1000h, 2000h, 3000h
    [0xc7, 0x06, 0x00, 0x10, 0x03, 0x20], // mov word [1000h], 2003h: present, writable, the next table
    [0xc7, 0x06, 0x00, 0x20, 0x03, 0x30], // mov word [2000h], 3003h
    [0xc7, 0x06, 0x00, 0x30, 0x83, 0x00], // mov word [3000h], 83h: the first 2 MiB as one page
    [0x66, 0xb8, 0x20, 0, 0, 0, 0x0f, 0x22, 0xe0], // mov eax, 20h; mov cr4, eax: physical address extension
    [0x66, 0xb8, 0x00, 0x10, 0, 0, 0x0f, 0x22, 0xd8], // mov eax, 1000h; mov cr3, eax
    [0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32], // mov ecx, 0c0000080h; rdmsr
    [0x0d, 0x00, 0x01, 0x0f, 0x30], // or ax, 100h; wrmsr: long mode
    [0x0f, 0x20, 0xc0, 0x66, 0x0d, 0x01, 0, 0, 0x80, 0x0f, 0x22, 0xc0], // cr0 |= 80000001h: protection and paging
    [0x0f, 0x01, 0x16, ...uint16(loadedAt + gdtAt + 16)], // lgdt
  ].flat()
  const long = loadedAt + start.length + 5
  const then = [
    [0xea, ...uint16(long), 0x08, 0x00], // jmp 8:long
    [0xb9, ...uint32(counted), 0xff, 0xc9, 0x75, 0xfc], // mov ecx, counted; dec ecx; jnz back
    [0x66, 0xba, 0xf8, 0x03, 0xb0, 0x46, 0xee, 0xeb], // mov dx, 3f8h; mov al, 'F'; out dx, al; jmp
  ].flat()
  const all = [...start, ...then]
  const back = start.length + 5 - (all.length + 1)
  return Buffer.concat([Buffer.from([...all, back & 0xff])], length)
}

function uint16(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff]
}

function uint32(value: number): number[] {
  return [...uint16(value & 0xffff), ...uint16(value >>> 16)]
}
