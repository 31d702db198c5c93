import { expect, test } from 'vitest'

import { cpuWords, firmwareWords } from './machine-words.ts'

test('a CPU is told in words, not as a figure beside the number of vCPUs', () => {
  expect(cpuWords('maximum')).toBe('every feature QEMU has')
  expect(cpuWords('custom qemu64')).toBe('qemu64')
  expect(cpuWords('host-model')).toBe('like the host’s')
  expect(cpuWords('host-passthrough')).toBe('the host’s own')
  expect(cpuWords('Broadwell-noTSX')).toBe('Broadwell-noTSX')
})

test('firmware is written as people write it', () => {
  expect(['bios', 'uefi', 'efi', 'other'].map(firmwareWords)).toEqual(['BIOS', 'UEFI', 'UEFI', 'other'])
})
