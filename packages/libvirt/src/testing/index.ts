export { calls } from '../table/calls.ts'
