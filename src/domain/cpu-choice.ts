import { element, type XmlElement } from '@floe/xml'

import type { Platform, Told } from './machine-choice.ts'
import { SpecError } from './spec-error.ts'
import type { VmSpec } from './vm-spec.ts'

/** The `<cpu>` element; nothing leaves the choice to QEMU. Throws `SpecError` where the host cannot. */
export function chooseCpu(spec: VmSpec, { offers }: Platform, tell: Told): XmlElement | undefined {
  const { cpu, virtualization } = spec
  const offered = (mode: string): boolean => offers === undefined || offers.cpuModes.includes(mode)
  if (typeof cpu === 'object') return customCpu(cpu.model, offers)
  if (cpu === 'host') {
    if (virtualization === 'qemu' || !offered('host-passthrough')) {
      throw new SpecError('cpu', 'This host cannot pass its processor through; choose the policy portable.')
    }
    return cpuElement('host-passthrough')
  }
  const wanted = virtualization === 'kvm' ? ['host-model', 'host-passthrough'] : ['maximum']
  const mode = wanted.find(offered)
  const because = reasons[mode ?? 'none']!
  if (cpu === undefined || mode !== wanted[0]) tell({ what: 'CPU', value: mode ?? "QEMU's own", because })
  return mode === undefined ? undefined : cpuElement(mode)
}

const reasons: Readonly<Record<string, string>> = {
  'host-model': "it is close to the host's processor and can move to a host that has the same features",
  'host-passthrough': 'the host has no model of its processor, so it is passed through',
  maximum: 'without KVM it is everything that QEMU can emulate',
  none: 'the host offers no choice',
}

function cpuElement(mode: string): XmlElement {
  if (mode === 'host-model') return element('cpu', { mode, check: 'partial' })
  return element('cpu', { mode, check: 'none', migratable: 'on' })
}

function customCpu(name: string, offers: Platform['offers']): XmlElement {
  const models = offers?.cpuModels ?? []
  const known = models.find((one) => one.name === name)
  if (models.length > 0 && !known?.usable) {
    const what = known ? 'lacks features of' : 'does not know'
    throw new SpecError('cpu.model', `This host ${what} the CPU model ${name}; choose another, or the policy portable.`)
  }
  const attributes = { mode: 'custom', match: 'exact', check: 'partial' }
  return element('cpu', attributes, element('model', { fallback: 'forbid' }, name))
}
