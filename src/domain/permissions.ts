import { element, type XmlElement } from '@floe/xml'

import { toInteger } from './document.ts'
import { checkInteger } from './spec-check.ts'
import { SpecError } from './spec-error.ts'

/** Who may use a pool's folder or a volume's file. */
export type Permissions = {
  /** Octal digits: `0711`. */
  readonly mode?: string | undefined
  readonly owner?: number | undefined
  readonly group?: number | undefined
}

/** The view of a `<permissions>`. */
export function toPermissions(permissions: XmlElement | undefined): Permissions | undefined {
  if (!permissions) return undefined
  return {
    mode: permissions.child('mode')?.text(),
    owner: toInteger(permissions.child('owner')?.text()),
    group: toInteger(permissions.child('group')?.text()),
  }
}

/** The element; nothing when nothing is asked for. Throws `SpecError`. */
export function permissionsElement(wanted: Permissions | undefined): XmlElement | undefined {
  if (!wanted || (wanted.mode === undefined && wanted.owner === undefined && wanted.group === undefined))
    return undefined
  const { mode, owner, group } = wanted
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode)) {
    throw new SpecError('permissions.mode', 'The mode is three or four octal digits, like 0711.')
  }
  const range = { min: 0, max: 2 ** 32 - 2 } // the kernel takes -1 for "leave it"
  if (owner !== undefined) checkInteger('permissions.owner', 'The owner', owner, range)
  if (group !== undefined) checkInteger('permissions.group', 'The group', group, range)
  return element(
    'permissions',
    {},
    mode === undefined ? undefined : element('mode', {}, mode),
    owner === undefined ? undefined : element('owner', {}, owner),
    group === undefined ? undefined : element('group', {}, group),
  )
}
