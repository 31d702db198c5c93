export {
  clusterCharge,
  clusterPlace,
  initCluster,
  isAccepting,
  openLog,
  runningPostmaster,
  type ClusterPlace,
} from './cluster.ts'
export { bootId, forget, identify, isSame, record, recorded, type ProcessRecord } from './process-record.ts'
export { restartDelay } from './restart-delay.ts'
export { supervise, type Charge } from './supervise.ts'
