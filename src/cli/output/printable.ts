// What moves the cursor, turns the reading direction, takes no room or breaks a line: C1, DEL, soft hyphen, the marks of
// direction and their isolates, zero-width space, separators, invisible operators, byte order mark, interlinear marks,
// variation of nothing (tags), halves of surrogate pairs. Joiners stay: scripts and emoji need them.
const unseen =
  '\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e0fff}\\p{Cs}'
const inJson = new RegExp(`[${unseen}]`, 'gu')
const inText = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f${unseen}]`, 'gu')

const visible = (character: string): string =>
  Array.from({ length: character.length }, (_, i) => {
    return `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  }).join('')

/** Text for a terminal: what would steer it is shown instead (a VM may have been named outside). */
export const printable = (text: string): string => text.replaceAll(inText, visible)

/** The same on one line. */
export const oneLine = (text: string): string => printable(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')

/** JSON text that steers no terminal: the characters that JSON leaves raw become its own escapes. */
export const printableJson = (json: string): string => json.replaceAll(inJson, visible)

/** YAML text that steers no terminal, of which the strings that need it stand in double quotes. */
export const printableYaml = (yaml: string): string =>
  yaml.replaceAll(inJson, (character) =>
    character.length === 1 ? visible(character) : `\\U${character.codePointAt(0)!.toString(16).padStart(8, '0')}`,
  )
