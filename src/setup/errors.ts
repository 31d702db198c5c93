import { errorTable } from '../base/errors.ts'

/** Every refusal of setting Floe up on a machine. The status is what the command exits with. */
export const setupError = errorTable({
  sample_part_missing: [
    1,
    'The sample guest cannot be made: there is no {part} in {package}. Remove that file and run "floe up" again to download it anew.',
  ],
})
