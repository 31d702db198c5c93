import { errorTable, isFloeError, messageOf, type FloeError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { TaskErrorJson } from '../db/tables.ts'

/** Every refusal of this room. `vm_locked` is `object_locked` in the words of VMs. */
export const taskError = errorTable({
  vm_locked: [409, '{vm} {cause} (task {task}: {title}, since {since}). Wait for the task, or cancel it.'],
  object_locked: [
    409,
    'The {kind} {name} {cause} (task {task}: {title}, since {since}). Wait for the task, or cancel it.',
  ],
  lock_busy: [409, 'The {kind} {name} changes hands at this moment. Try again.'],
  key_reused: [409, 'The idempotency key was used before with another request. Use a new key.'],
  task_missing: [404, 'There is no task {task}, or its history was cleared.'],
  task_ended: [409, 'Task {task} has ended already ({state}).'],
  task_kind_unknown: [500, 'This Floe does not know tasks of the kind {name}. A newer one may have begun it.'],
  task_cancelled: [409, 'The task was cancelled.'],
  step_deadline: [
    504,
    'The step "{step}" did not end within {seconds} s. Whether it took effect is checked before it is undone.',
  ],
  step_unknown: [500, 'This Floe does not know the step "{step}" of {task}. A newer one may have begun the task.'],
  step_cut_off: [500, 'The step "{step}" was cut off {attempts} times by the end of a controller. Its log says more.'],
  no_result: [500, 'The step "{step}" is not done, so there is no result of it to use.'],
})

/** What is stored of an error: code, sentence, details of a refusal. Stacks and causes belong to the log. */
export function toErrorJson(error: unknown, step?: string): TaskErrorJson {
  const where = step === undefined ? {} : { step }
  const message = messageOf(error).slice(0, 2000)
  if (!isFloeError(error)) return { code: 'internal', message, ...where }
  const { code, status } = error
  return { code, message, status, ...where, ...detailsOf(error) }
}

const detailsLimit = 8000

/** Details that are too large, or no JSON, stay out: the sentence has been filled from them already. */
function detailsOf(error: FloeError): { details?: Json } {
  try {
    const text = JSON.stringify(error.details)
    return text.length <= detailsLimit ? { details: JSON.parse(text) as Json } : {}
  } catch {
    return {}
  }
}
