import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'

import { wrapText } from '../../src/report/wrap.ts'

test('a text is broken between words', () => {
  expect(wrapText('one two three\nfour', 8)).toEqual(['one two', 'three', 'four'])
})

test('whatever the text, lines keep to the width and nothing is lost', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'é', '漢', ' ', '-', '\n') })
  fc.assert(
    fc.property(texts, fc.integer({ min: 2, max: 12 }), (text, width) => {
      const lines = wrapText(text, width)
      expect(lines.every((line) => stringWidth(line) <= width)).toBe(true)
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(/\s/g, ''))
    }),
  )
})
