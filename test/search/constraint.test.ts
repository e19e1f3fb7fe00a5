import fc from 'fast-check'
import { expect, test } from 'vitest'

import { namesIn, violation, type Values } from '../../src/search/constraint.ts'
import { parseConstraint } from '../../src/search/parse-constraint.ts'

function valuesOf(values: Readonly<Record<string, unknown>>): Values {
  return (name) => values[name]
}

function violationOf(text: string, values: Readonly<Record<string, unknown>> = {}): number | undefined {
  const constraint = parseConstraint(text)
  if ('message' in constraint) throw new Error(constraint.message)
  return violation(constraint, valuesOf(values))
}

test('a violation is how far a point is beyond the bound', () => {
  expect(violationOf('flops <= 1.2e6', { flops: 1.5e6 })).toBe(3e5)
  expect(violationOf('flops <= 1.2e6', { flops: 1e6 })).toBe(-2e5)
  expect(violationOf('val_accuracy >= 0.5', { val_accuracy: 0.25 })).toBe(0.25)
  expect(violationOf('model.depth * `batch-size` < 64', { 'model.depth': 2, 'batch-size': 32 })).toBeGreaterThan(0)
  expect(violationOf('depth == 3', { depth: 1 })).toBe(2)
})

test('products come before sums, from left to right, unless brackets say otherwise', () => {
  expect(violationOf('1 - 2 - 3 + 2 * 6 / 4 <= 0')).toBe(-1)
  expect(violationOf('-(1 + 2) * -2 <= 0')).toBe(6)
})

test('it is unknown as long as a name in it is, and broken by what is no number', () => {
  expect(violationOf('flops / accuracy <= 1', { flops: 3 })).toBeUndefined()
  expect(violationOf('accuracy >= 0.5', { accuracy: NaN })).toBe(Infinity)
  expect(violationOf('kind <= 1', { kind: 'adam' })).toBe(Infinity)
})

test('every name in it is found once', () => {
  const constraint = parseConstraint('(a + b) * a <= `c-d` - -e.f')
  expect('message' in constraint ? [] : namesIn(constraint)).toEqual(['a', 'b', 'c-d', 'e.f'])
})

test.each([
  ['flops', 5, 'it ends where <=, <, >=, > or == is expected'],
  ['flops <=', 8, 'it ends where a number or a name is expected'],
  ['flops <= 3 4', 11, 'expected the end, got 4'],
  ['(a + 2 <= 3', 7, 'expected ")", got <='],
  ['a <= $5', 5, 'cannot read "$5"'],
  ['a = 5', 2, 'cannot read "= 5"'],
  ['a ! 5', 2, 'cannot read "! 5"'],
])('%s cannot be read, and says where', (text, offset, message) => {
  expect(parseConstraint(text)).toEqual({ offset, message })
})

test('any text is read or refused with a place inside it', () => {
  const pieces = fc.constantFrom('a', '1', '(', ')', '+', '-', '*', '/', '<=', '<', '==', ' ', '`', '.', 'e', '$', '\n')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (all) => {
      const read = parseConstraint(all.join(''))
      if ('message' in read) expect(read.offset).toBeLessThanOrEqual(all.join('').length)
      else expect(violation(read, () => 1)).toBeTypeOf('number')
    }),
  )
  expect(parseConstraint('('.repeat(500))).toMatchObject({ message: 'this is nested too deep' })
})
