export {
  clusterCharge,
  clusterPlace,
  initCluster,
  isHealthy,
  openLog,
  runningPostmaster,
  startCluster,
  waitForCluster,
  type ClusterPlace,
} from './cluster.ts'
export { forget, identify, isSame, record, recorded, type ProcessRecord } from './process-record.ts'
export { restartDelay } from './restart-delay.ts'
export { supervise, type Charge } from './supervise.ts'
