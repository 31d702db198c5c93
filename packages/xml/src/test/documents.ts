import * as fc from 'fast-check'

/** Texts of well-formed documents without a DTD, written in every way that XML 1.0 (fifth edition) allows. */
const blank = fc.constantFrom(' ', '\n', '\t', '\r\n', '\r', '  \n ')
const maybeBlank = fc.oneof({ weight: 3, arbitrary: fc.constant('') }, blank)
const name = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,6}$/) },
  fc.constantFrom('qemu:arg', 'é', 'Ω-1', '_', 'a·b', '漢字', 'a.b-c_d', '𐀀', 'xmlish', 'x:y'),
)
const characters = fc.string({ unit: 'binary', maxLength: 12 }).map((text) =>
  // What no XML can carry, and what would be markup, has another writing below.
  text.replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]|[<&>"']/gu, ''),
)
const reference = fc.constantFrom(
  '&lt;',
  '&gt;',
  '&amp;',
  '&quot;',
  '&apos;',
  '&#10;',
  '&#x41;',
  '&#x10FFFF;',
  '&#0065;',
)
const text = fc.array(fc.oneof(characters, reference, fc.constantFrom('>', '"', "'", ']]', ']', '\r\n', '\r')), {
  minLength: 1,
  maxLength: 4,
})
const textNode = text.map((pieces) => pieces.join('').replaceAll(']]>', ']]&gt;').replace(/\]+$/, ''))
const comment = characters.map((inner) => `<!--${inner.replaceAll('-', '- ')}-->`)
const cdata = fc.tuple(characters, fc.constantFrom('', '<a>&amp;', ']]', '-->')).map(([a, b]) => `<![CDATA[${a}${b}]]>`)
const target = name.filter((each) => !/^xml$/i.test(each) && !each.includes(':'))
const instruction = fc.oneof(
  target.map((each) => `<?${each}?>`),
  fc.tuple(target, blank, characters).map(([each, gap, inner]) => `<?${each}${gap}${inner.replaceAll('?', '? ')}?>`),
)
const quote = fc.constantFrom("'", '"')
const attribute = fc
  .tuple(maybeBlank, maybeBlank, quote, fc.array(fc.oneof(characters, reference, fc.constant('>')), { maxLength: 3 }))
  .map(([before, after, q, pieces]) => {
    const other = q === '"' ? "'" : '"'
    return `${before}=${after}${q}${pieces.join(other)}${q}`
  })
const attributes = fc
  .uniqueArray(fc.tuple(name, blank, attribute), { selector: ([each]) => each, maxLength: 4 })
  .map((all) => all.map(([each, lead, rest]) => `${lead}${each}${rest}`).join(''))

const element = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      name,
      attributes,
      maybeBlank,
      fc.option(
        fc.array(
          fc.oneof({ maxDepth: 4, withCrossShrink: true }, textNode, comment, cdata, instruction, tie('element')),
          { maxLength: 5 },
        ),
        { nil: undefined },
      ),
      maybeBlank,
    )
    .map(([tag, inside, tail, content, close]) =>
      content === undefined
        ? `<${tag}${inside}${tail}/>`
        : `<${tag}${inside}${tail}>${content.join('')}</${tag}${close}>`,
    ),
})).element

const declaration = fc
  .tuple(
    quote,
    fc.constantFrom('', ' encoding="UTF-8"', " encoding = 'utf-8'"),
    fc.constantFrom('', ' standalone="yes"', " standalone='no' "),
    maybeBlank,
  )
  .map(([q, encoding, standalone, tail]) => `<?xml version=${q}1.0${q}${encoding}${standalone}${tail}?>`)
const around = fc.array(fc.oneof(comment, instruction, blank), { maxLength: 3 }).map((pieces) => pieces.join(''))

export const documentText = fc
  .tuple(fc.constantFrom('', '\uFEFF'), fc.option(declaration, { nil: '' }), around, element, around)
  .map((pieces) => pieces.join(''))
