export { buildSample, thisArch, type Sample, type SampleParts } from './build-sample.ts'
export { downloadSampleParts, type DownloadedParts } from './download-parts.ts'
export { sampleCommandLine, type SampleArch } from './guest-files.ts'
