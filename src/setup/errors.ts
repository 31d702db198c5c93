import { errorTable } from '../base/errors.ts'

/** Every refusal of setting Floe up on a machine. The status is what the command exits with. */
export const setupError = errorTable({
  sample_part_missing: [
    1,
    'The sample guest cannot be made: there is no {part} in {package}. Remove that file and run "floe up" again to download it anew.',
  ],
  config_unreadable: [
    1,
    '{file} cannot be read: {why}. Run this as the user who ran "floe up", or choose another copy with --data.',
  ],
  config_broken: [
    1,
    '{file} is no configuration of Floe: {why}. Put it right, or take it away and run "floe up" again.',
  ],
  keep_usage: [2, 'This is run by "floe up": keep postgres|controller --data DIR.'],
})
