import type { Fault } from './field-words.ts'

/** A union of forms tells the faults of each of its forms. This leaves those of the form that was meant, which is the one
 *  whose shape fits best: `{ sizeGiB: -1 }` is a new disk with a wrong size, and no existing disk without a pool. */
export function ofMeantForms(faults: readonly Fault[]): readonly Fault[] {
  const unions = faults.filter(({ keyword }) => keyword === 'anyOf')
  return unions.reduce((left, union) => withoutOthers(left, union), faults)
}

function withoutOthers(faults: readonly Fault[], union: Fault): readonly Fault[] {
  const form = (fault: Fault): string | undefined => formOf(fault, union)
  const forms = Map.groupBy(faults, form)
  forms.delete(undefined)
  // A union of unions has told the meant form already.
  if (forms.size === 0) return faults
  const misfits = [...forms].map(([name, told]) => ({
    name,
    misfit: told.reduce((sum, one) => sum + misfitOf(one, union), 0),
  }))
  const meant = misfits.reduce((best, one) => (one.misfit < best.misfit ? one : best)).name
  return faults.filter((fault) => fault !== union && (form(fault) ?? meant) === meant)
}

/** Which form of the union a fault is of: the number behind its `anyOf`. */
function formOf({ schemaPath, instancePath }: Fault, union: Fault): string | undefined {
  const forms = `${union.schemaPath}/anyOf/`
  const inside = instancePath === union.instancePath || instancePath.startsWith(`${union.instancePath}/`)
  return inside && schemaPath.startsWith(forms) ? schemaPath.slice(forms.length).split('/', 1)[0] : undefined
}

/** How far a fault speaks against its form: fields that it lacks or does not know, or another kind of value. */
function misfitOf({ keyword, params, instancePath }: Fault, union: Fault): number {
  const named = params as Readonly<Record<string, unknown>>
  if (keyword === 'required') return (named['requiredProperties'] as readonly string[]).length
  if (keyword === 'additionalProperties') return (named['additionalProperties'] as readonly string[]).length
  return instancePath === union.instancePath && (keyword === 'type' || keyword === 'const') ? 100 : 0
}
