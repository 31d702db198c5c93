import { textProblem } from '@floe/xml'

// Besides tab and line breaks: C0, DEL and C1, some of which a terminal obeys.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/

/** What is wrong with text that people write and read (notes, titles), completing "notes ..."; nothing where it is well. */
export function proseProblem(text: string): string | undefined {
  const at = text.search(control)
  if (at === -1) return textProblem(text)?.replace(/[.;]\s*remove it\.$/, '; remove it')
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  return `has the control character U+${code} at position ${at + 1}; remove it`
}
