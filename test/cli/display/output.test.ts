import { stripVTControlCharacters } from 'node:util'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { colorsFor } from '../../../src/cli/display/colors.ts'
import { harmless } from '../../../src/cli/display/output.ts'

const colors = colorsFor({ isTTY: true }, { FORCE_COLOR: '1' }, [])
const controls = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e007f}]/u

/** Texts that are hostile to a terminal. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\x1b[2J',
        '\x1b[31m',
        '\x1b[31;1000;1000m',
        '\x1b]8;;http://evil.example\x07',
        '\x9b31m',
        '\r',
        '\x07',
      ),
      fc.constantFrom(
        '\u202e',
        '\u2066',
        '\u200f',
        '\u2028',
        '\x1b]52;c;ZXZpbA==\x07',
        '\x1bP',
        '\x7f',
        '\x00',
        '\u{e0041}',
      ),
      fc.string(),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''))

test('no control character of a text passes, and its own colours do', () => {
  fc.assert(
    fc.property(hostile, hostile, (name, value) => {
      const printed = harmless(`${colors.bold(`${name} ${colors.red(value)} x`)}\n`)
      // What is left of sequences is what swath paints itself.
      expect(printed.startsWith('\x1b[1m')).toBe(true)
      expect(printed.endsWith('\x1b[39m x\x1b[22m\n')).toBe(true)
      expect(printed.split('\x1b')).toHaveLength(5)
      expect(stripVTControlCharacters(printed)).not.toMatch(controls)
    }),
    { numRuns: 1_000 },
  )
})

test('JSON that passes is the same JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), hostile, (value, text) => {
      const json = JSON.stringify({ value, text }, null, 2)
      expect(JSON.parse(harmless(json))).toEqual(JSON.parse(json))
      expect(harmless(json)).not.toMatch(controls)
    }),
  )
})

test('letters of every script, emoji and boxes stay as they are', () => {
  const text = '学習率 ünï العربية עברית 👩‍👩‍👧 ━┃ é\n\tx'
  expect(harmless(text)).toBe(text)
})
