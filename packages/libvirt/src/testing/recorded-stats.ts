import type { Dom } from '../table/objects.ts'
import { typedParams, type TypedParam } from '../table/typed-params.ts'
import { XdrReader } from '../xdr/reader.ts'
import { recordedStatsBase64 } from './recorded-stats.gen.ts'

/** Figures that count up while a guest runs; the others are states, sizes and levels. */
const counting = /\.(time|wait|delay|times|reqs|bytes|pkts|user|system)$/

/** One running guest's statistics as a real libvirt sent them: every group, strings and all types among them. */
export function recordedStats(): readonly TypedParam[] {
  return typedParams.read(new XdrReader(Buffer.from(recordedStatsBase64, 'base64')))
}

/** A reply to `connectGetAllDomainStats` for `doms`: the recorded figures, made as many as `values` (default 120) by
 *  further disks like the last one, and counted up by `tick` (default 0), so that two replies differ as two of a busy host do. */
export function statsReply(
  doms: readonly Dom[],
  { values = 120, tick = 0 }: { readonly values?: number; readonly tick?: number } = {},
): { readonly records: readonly { readonly dom: Dom; readonly params: readonly TypedParam[] }[] } {
  const params = widened(recordedStats(), values).map((param) =>
    param.type === 'ullong' && counting.test(param.name)
      ? { ...param, value: param.value + BigInt(tick) * 1000n }
      : param,
  )
  return { records: doms.map((dom) => ({ dom, params })) }
}

function widened(params: readonly TypedParam[], values: number): readonly TypedParam[] {
  const disk = params.filter(({ name }) => name.startsWith('block.0.'))
  const present = params.filter(({ name }) => /^block\.\d+\.name$/.test(name)).length
  const more = Math.max(0, Math.ceil((values - params.length) / disk.length))
  const added = Array.from({ length: more }, (_, index) =>
    disk.map((param) => ({ ...param, name: param.name.replace('.0.', `.${present + index}.`) })),
  ).flat()
  const counted = params.map((param) =>
    param.name === 'block.count' && param.type === 'uint' ? { ...param, value: present + more } : param,
  )
  // What the last disk has too many is left out at its end.
  return [...counted, ...added].slice(0, values)
}
