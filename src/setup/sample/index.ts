export { buildSample, thisArch, type Sample, type SampleParts } from './build-sample.ts'
export { sampleCommandLine, type SampleArch } from './guest-files.ts'
