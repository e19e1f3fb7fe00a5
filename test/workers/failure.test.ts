import { describe, expect, test } from 'vitest'

import { failureOf } from '../../src/workers/failure.ts'
import { poison, throwing } from './poison.ts'

describe('whatever is thrown', () => {
  const error = (fields: object) => Object.defineProperties(new Error('a'), Object.getOwnPropertyDescriptors(fields))
  test.each([
    ['null', null, 'null'],
    ['an object without a text', Object.create(null), 'something that has no message was thrown'],
    ['an object whose text throws', poison, 'something that has no message was thrown'],
    ['a symbol', Symbol('why'), 'Symbol(why)'],
    ['a message that is no text', error({ message: { code: 5 } }), '[object Object]'],
    [
      'a message that throws',
      error({
        get message() {
          return throwing()
        },
      }),
      'something that has no message was thrown',
    ],
    ['a stack that is no text', error({ stack: [1, 2] }), 'a'],
    [
      'a stack that throws',
      error({
        get stack() {
          return throwing()
        },
      }),
      'a',
    ],
    [
      'a name that throws',
      error({
        get name() {
          return throwing()
        },
      }),
      'a',
    ],
    [
      'a proxy that refuses',
      new Proxy({}, { get: throwing, getPrototypeOf: throwing }),
      'something that has no message was thrown',
    ],
  ])('%s becomes texts that the store can hold', (_, thrown, message) => {
    const failure = failureOf(thrown)
    expect(failure).toMatchObject({ kind: 'threw', message })
    expect(typeof (failure.stack ?? '')).toBe('string')
    expect(structuredClone(failure)).toEqual(failure)
  })

  test('is kept as far as it is of use', () => {
    expect(failureOf(new Error('x'.repeat(1e7))).message).toHaveLength(10_000)
  })
})
