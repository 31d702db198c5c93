export { privateLibvirtd } from './private-libvirtd.ts'
export type { PrivateLibvirtd, PrivateLibvirtdOptions } from './private-libvirtd.ts'
