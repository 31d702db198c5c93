import { recorded } from '../db/cluster/process-record.ts'
import { places } from './config.ts'

/** Whether somebody starts the controller of the copy in `data` again when it ends: its supervisor lives. */
export const isKept = (data: string): boolean => recorded(places(data).keepControllerPid) !== undefined
