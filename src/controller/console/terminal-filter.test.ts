import xterm from '@xterm/headless'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createTerminalFilter } from './terminal-filter.ts'

const ESC = '\u001b'
const filtered = (...chunks: readonly (string | Uint8Array)[]): string => {
  const filter = createTerminalFilter()
  return chunks.map((chunk) => filter.write(Buffer.from(chunk as string)).toString('utf8')).join('')
}

test('a boot log, colours, cursor, clearing, a full-screen editor and box drawing pass unchanged', () => {
  const screens = [
    'Debian GNU/Linux 12 welcome ttyS0\r\n\r\nwelcome login: ',
    `${ESC}[0;32m  OK  ${ESC}[0m] Reached target\r\n`,
    `${ESC}[?1049h${ESC}[22;0r${ESC}[?1h${ESC}=${ESC}[2J${ESC}[H${ESC}[?25l~\b${ESC}[38;5;12mx${ESC}[48:2::1:2:3m`,
    `${ESC}(0lqqk${ESC}(B${ESC}7${ESC}[6;1H${ESC}8${ESC}[?2004h${ESC}[?1000;1006h${ESC}[2 q${ESC}c`,
    `${ESC}]0;root@welcome: ~\u0007äöü 漢字 🙂\t\u000e\u000f`,
  ]
  for (const screen of screens) expect(filtered(screen)).toBe(screen)
})

test('what asks the terminal or writes the clipboard is gone, and what stands around it is not', () => {
  const questions = [
    '\u0005',
    `${ESC}Z`,
    `${ESC}[c`,
    `${ESC}[0c`,
    `${ESC}[>c`,
    `${ESC}[=c`,
    `${ESC}[5n`,
    `${ESC}[6n`,
    `${ESC}[?6n`,
    `${ESC}[18t`,
    `${ESC}[20t`,
    `${ESC}[21t`,
    `${ESC}[22;0t`,
    `${ESC}[x`,
    `${ESC}[?25$p`,
    `${ESC}[4$p`,
    `${ESC}[>q`,
    `${ESC}[?u`,
    `${ESC}[>1u`,
    `${ESC}[?1;1;0S`,
    `${ESC}[1;1;1;1;1;1*y`,
    `${ESC}[5i`,
    `${ESC}[?1004h`,
    `${ESC}[1;2;3;4;5T`,
    `${ESC}]52;c;cm0gLXJm\u0007`,
    `${ESC}]52;c;?${ESC}\\`,
    `${ESC}]10;?\u0007`,
    `${ESC}]4;1;?${ESC}\\`,
    `${ESC}]11;?\u009c`,
    `${ESC}]8;;javascript:alert(1)\u0007`,
    `${ESC}]1337;File=a\u0007`,
    `${ESC}P$qm${ESC}\\`,
    `${ESC}P+q544e${ESC}\\`,
    `${ESC}_Gi=1,a=q${ESC}\\`,
    `${ESC}^x${ESC}\\`,
    `${ESC}Xx${ESC}\\`,
    '\u009bc',
    '\u009b6n',
    '\u009d52;c;YQ==\u0007',
    '\u0090$qm\u009c',
    '\u009a',
    `${ESC}%@`,
    `${ESC} G`,
    `${ESC}[1\u0005c`,
    `${ESC}[?1;2004;1004h`,
  ]
  for (const question of questions) {
    expect([question, filtered(`a${question}b`)]).toEqual([question, 'ab'])
    const single = Array.from(Buffer.from(`a${question}b`), (byte) => Uint8Array.of(byte))
    expect([question, filtered(...single)]).toEqual([question, 'ab'])
  }
})

test('a control inside a sequence acts, and a new sequence ends an open one', () => {
  expect(filtered(`${ESC}[1\n;2H`)).toBe(`\n${ESC}[1;2H`)
  expect(filtered(`${ESC}]0;x${ESC}[c-`)).toBe(`${ESC}]0;x\u0007-`)
  expect(filtered(`${ESC}[3${ESC}[31mred`)).toBe(`${ESC}[31mred`)
  expect(filtered(`${ESC}[3\u0018m`)).toBe('m')
})

test('a string that never ends holds back a few kilobytes and not the rest of the console', () => {
  expect(filtered(`${ESC}]52;c;${'A'.repeat(100_000)}login: `)).toMatch(/login: $/)
  expect(filtered(`${ESC}[${'1;'.repeat(1000)}login: `)).toMatch(/login: $/)
})

/** Pieces that terminals care for, in any order, and noise. */
const piece = fc.oneof(
  fc.constantFrom(ESC, '[', ']', 'P', '?', '>', '=', '$', ';', 'c', 'n', 't', 'u', 'h', '\\', 'Z', 'q', 'p', 'x', 'y'),
  fc.constantFrom('\u0005', '\u0007', '\u0018', '\u001a', '\u009b', '\u009d', '\u0090', '\u009c', '\n', '\u007f'),
  fc.constantFrom('52;c;YQ==', '0', '6', '21', '10;?', '4;1;?', 'q"p', '+q544e', '!', ' ', '"', '*', "'", '%@', ' G'),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const bytes = fc.oneof(
  fc.array(piece, { maxLength: 40 }).map((pieces) => Buffer.from(pieces.join(''))),
  fc.uint8Array({ maxLength: 80 }).map((raw) => Buffer.from(raw)),
)

test('bytes may be split anywhere', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(80), { maxLength: 6 }), (all, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, all.length)).sort((a, b) => a - b), all.length]
      const parts = at.slice(1).map((end, i) => all.subarray(at[i], end))
      expect(filtered(...parts)).toBe(filtered(all))
    }),
    { numRuns: 500 },
  )
})

test('what has passed passes again, and is UTF-8 whatever came in', () => {
  fc.assert(
    fc.property(bytes, (all) => {
      const once = createTerminalFilter().write(all)
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(once)).not.toThrow()
      expect(filtered(once)).toBe(once.toString('utf8'))
    }),
    { numRuns: 500 },
  )
})

test('a real terminal answers nothing to what has passed, whatever the guest wrote', async () => {
  const terminal = new xterm.Terminal({ allowProposedApi: true })
  const answers: string[] = []
  terminal.onData((data) => answers.push(data))
  terminal.onBinary((data) => answers.push(data))
  const clipboard: string[] = []
  terminal.parser.registerOscHandler(52, (data) => {
    clipboard.push(data)
    return true
  })
  const show = (shown: Uint8Array) => new Promise<void>((resolve) => terminal.write(shown, resolve))
  // The terminal would answer: the oracle works.
  await show(Buffer.from(`${ESC}[c${ESC}]52;c;YQ==\u0007`))
  expect([answers.length, clipboard.length]).toEqual([1, 1])
  await fc.assert(
    fc.asyncProperty(bytes, async (all) => {
      await show(createTerminalFilter().write(all))
      // A whole sequence after it, so that a half one that had passed would be completed.
      await show(Buffer.from('c6n'))
      expect([answers.length, clipboard.length]).toEqual([1, 1])
    }),
    { numRuns: 1000 },
  )
  terminal.dispose()
})
