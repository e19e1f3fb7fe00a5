import fc from 'fast-check'
import { expect, test } from 'vitest'

import { lineDiff } from '../../src/report/line-diff.ts'

test('changed lines are shown with a line around them, and where they are', () => {
  const before = 'a\nb\nc\nd\ne\nf\ng\nh\n'
  expect(lineDiff(before, 'a\nb\nC\nd\ne\nf\ng\nh\ni\n')).toEqual([
    ...['@@ line 2', ' b', '-c', '+C', ' d'],
    ...['@@ line 8', ' h', '+i'],
  ])
})

test('a long difference is cut off', () => {
  const lines = (prefix: string) => Array.from({ length: 100 }, (_, k) => `${prefix}${k}`).join('\n')
  const diff = lineDiff(lines('a'), lines('b'))
  expect(diff).toHaveLength(21)
  expect(diff.at(-1)).toBe('… 181 more lines')
})

test('the lines that go and come make one text of the other', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const diff = lineDiff(before.join('\n'), after.join('\n'), Infinity)
      const count = (mark: string) => diff.filter((line) => line.startsWith(mark)).map((line) => line.slice(1))
      const kept = before.length - count('-').length
      expect(kept).toBe(after.length - count('+').length)
      for (const line of count('-')) expect(before).toContain(line)
      for (const line of count('+')) expect(after).toContain(line)
      if (before.join() === after.join()) expect(diff).toEqual([])
    }),
  )
})
