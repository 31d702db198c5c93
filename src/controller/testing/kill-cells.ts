import { matrix } from '../../../testbed/cells.ts'
import { killPoints } from '../../tasks/task.ts'
import { taskKinds } from '../task-kinds.ts'

/** Every place between two effects of every task: there a controller is killed. */
export const kills = matrix('kill', killPoints(taskKinds))
