import fc from 'fast-check'
import { expect, test } from 'vitest'

import { refuseInexact } from '../../src/server/guards/limits.ts'

const megabyte = 2 ** 20

test.each([
  ['a quote and escaped quotes without an end', `"${'\\"'.repeat(megabyte / 2)}`],
  ['quotes without texts', `"${' "'.repeat(megabyte / 2)}`],
  ['a long text', JSON.stringify('"'.repeat(megabyte / 2))],
  ['many texts and numbers', JSON.stringify(Array.from({ length: megabyte / 8 }, (_, k) => [`${k}`, k]))],
  ['nothing but brackets', '['.repeat(megabyte)],
])('a body of %s is read in linear time', (_, body) => {
  const began = performance.now()
  refuseInexact(body)
  expect(performance.now() - began).toBeLessThan(2_000)
})

test('a number of a million digits is refused in linear time, and not repeated', () => {
  const began = performance.now()
  expect(() => {
    refuseInexact(`{"a":\n${'9'.repeat(megabyte)}}`)
  }).toThrow(/^2:1: 9{80}… is too large for a number/)
  expect(performance.now() - began).toBeLessThan(500)
})

test('numbers within texts and exact numbers pass, any other is found where it stands', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('"', '\\', '\\"', '9007199254740993', '"9007199254740993'))
  const exact = fc.jsonValue({ depthSize: 'small' })
  fc.assert(
    fc.property(fc.array(fc.oneof(text, exact)), (values) => {
      refuseInexact(JSON.stringify(values))
      expect(() => {
        refuseInexact(`[${values.map((each) => `${JSON.stringify(each)},`).join('')}9007199254740993]`)
      }).toThrow(/9007199254740993 would be rounded/)
    }),
  )
})
