import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { failureOf } from '../../src/workers/failure.ts'
import { checkProgress, checkReport, epochOf, ReportError } from '../../src/workers/report-check.ts'
import { runs, tally } from '../fuzz.ts'

const check =
  (report: unknown, lastEpoch = 0) =>
  () =>
    checkReport(report, lastEpoch)

const throwing = () => {
  throw new Error('no such thing')
}
const poison = {
  [Symbol.toPrimitive]: throwing,
  toString: throwing,
  get [Symbol.toStringTag]() {
    return throwing()
  },
}

test('numbers are accepted', () => {
  expect(check({ epoch: 1, val_loss: 0.3 })()).toEqual({ epoch: 1, val_loss: 0.3 })
})

test('NaN and infinity count as divergence and name the metric and the epoch', () => {
  expect(check({ epoch: 3, val_loss: NaN })).toThrow('diverged: val_loss is NaN at epoch 3')
  expect(check({ epoch: 3, val_loss: -Infinity })).toThrow('diverged: val_loss is -Infinity at epoch 3')
})

const refused: [report: unknown, message: string][] = [
  [{ epoch: 1, val_loss: '0.3' }, 'val_loss at epoch 1: expected a number, got the text "0.3"'],
  [{ epoch: 1, val_loss: null }, 'val_loss at epoch 1: expected a number, got null'],
  [{ epoch: 1, val_loss: 1n }, 'val_loss at epoch 1: expected a number, got 1n'],
  [{ epoch: 1, val_loss: Symbol('a') }, 'expected a number, got Symbol(a)'],
  [{ epoch: 1, val_loss: () => 1 }, 'expected a number, got [Function: val_loss]'],
  [{ epoch: 1, val_loss: [0.1, 0.2] }, 'expected a number, got [ 0.1, 0.2 ]'],
  // Could not be made a text, and the trial failed with the error of that.
  [{ epoch: 1, val_loss: Object.create(null) as object }, 'expected a number, got [Object: null prototype] {}'],
  [{ epoch: 1, val_loss: poison }, 'expected a number, got something that cannot be shown'],
  [{ epoch: 1, val_loss: 'x'.repeat(1e6) }, `got the text "${'x'.repeat(80)}…"`],
  [{ epoch: 1, '': 1 }, 'a metric at epoch 1: expected a name of 1 to 200 printable characters, got an empty one'],
  // The SQL of the sweep's view ended at the NUL, and the run with it.
  [{ epoch: 1, 'a\0b': 1 }, 'expected a name of 1 to 200 printable characters, got "a\\0b"'],
  // Two of them became the same name in the store, and the run ended.
  [{ epoch: 1, 'a\ud800': 1 }, 'got "a\\u{d800}"'],
  [{ epoch: 1, ['n'.repeat(1e6)]: 1 }, `got "${'n'.repeat(80)}…"`],
  [{ val_loss: 1 }, 'epoch: expected a whole number above 0, got undefined'],
  [{ epoch: 0.5 }, 'epoch: expected a whole number above 0, got 0.5'],
  [{ epoch: 1n }, 'epoch: expected a whole number above 0, got 1n'],
  [{ epoch: 2 ** 53 + 2 }, 'epoch: expected a whole number above 0, got 9007199254740994'],
  [{ epoch: Infinity }, 'got Infinity'],
  [undefined, 'report(undefined): expected an object such as'],
  ['epoch 1', 'report(the text "epoch 1"): expected an object such as'],
  [[1, 2], 'epoch: expected a whole number above 0, got undefined'],
  [new Map([['epoch', 1]]), 'epoch: expected a whole number above 0, got undefined'],
  [
    {
      epoch: 1,
      get val_loss() {
        return throwing() as number
      },
    },
    'val_loss cannot be read: no such thing',
  ],
  [
    {
      get epoch() {
        return throwing() as number
      },
    },
    'epoch cannot be read: no such thing',
  ],
  [new Proxy({}, { get: () => 1, ownKeys: throwing }), 'the report cannot be read: no such thing'],
  [
    Object.fromEntries([['epoch', 1], ...Array.from({ length: 10_001 }, (_, k) => [`m${k}`, k])]),
    'at most 10000 metrics, got 10001',
  ],
]

test.each(refused.map(([report, message], k) => [k, message.slice(0, 100), report, message] as const))(
  'report %i is refused: %s',
  (_, __, report, message) => {
    expect(check(report)).toThrow(ReportError)
    expect(check(report)).toThrow(message)
  },
)

test('an epoch cannot be reported twice', () => {
  expect(check({ epoch: 2 }, 2)).toThrow('epoch: expected a whole number above 2, got 2')
})

test('what is checked is what is sent, whatever the report becomes when it is read again', () => {
  // The second value went to the store, which refuses NaN, and the run ended.
  let reads = 0
  const changing = {
    epoch: 1,
    get loss() {
      return reads++ === 0 ? 0.5 : NaN
    },
  }
  expect(checkReport(changing, 0)).toEqual({ epoch: 1, loss: 0.5 })
  const proxy = new Proxy({ epoch: 1, loss: 0.5 }, {})
  expect(structuredClone(checkReport(proxy, 0))).toEqual({ epoch: 1, loss: 0.5 })
  const withMore = { epoch: 1, loss: 0.5, [Symbol('s')]: throwing }
  expect(structuredClone(checkReport(withMore, 0))).toEqual({ epoch: 1, loss: 0.5 })
})

test('names that mean something to JavaScript are names', () => {
  const report = JSON.parse('{"epoch": 1, "__proto__": 2, "constructor": 3, "0": 4}') as object
  expect(Object.entries(structuredClone(checkReport(report, 0))).sort()).toEqual([
    ['0', 4],
    ['__proto__', 2],
    ['constructor', 3],
    ['epoch', 1],
  ])
})

test.each([
  [undefined, 'progress(undefined): expected { epoch, epochs, fraction }'],
  [{ epoch: 1, epochs: 2 }, 'progress: fraction: expected a number, got undefined'],
  [{ epoch: '1', epochs: 2, fraction: 0 }, 'progress: epoch: expected a number, got the text "1"'],
  [{ epoch: 1, epochs: 2n, fraction: 0 }, 'progress: epochs: expected a number, got 2n'],
  [{ epoch: 1, epochs: 2, fraction: 0, loss: {} }, 'progress: loss: expected a number, got {}'],
])('progress is checked, too', (progress, message) => {
  expect(() => checkProgress(progress)).toThrow(message)
})

test('a loss that is shown may be NaN', () => {
  const progress = { epoch: 1, epochs: 2, fraction: 0.5, loss: NaN }
  expect(checkProgress({ ...progress, more: throwing })).toEqual(progress)
})

test('a report that comes too late is named by its epoch, if it has one', () => {
  expect(epochOf({ epoch: 9 })).toBe('epoch 9')
  expect(epochOf(null)).toBe('something')
  expect(epochOf({ epoch: poison })).toBe('epoch something that cannot be shown')
})

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

const tried = tally('reports')

test('any report at all arrives as it was given, or is refused with what is wrong', () => {
  const { port1, port2 } = new MessageChannel()
  const arrived = (message: unknown): unknown => {
    port1.postMessage(message)
    return (receiveMessageOnPort(port2) as { message: unknown }).message
  }
  const numbers = fc.oneof(
    { weight: 5, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    fc.constantFrom(-0, 5e-324, Infinity, NaN),
  )
  const values = fc.oneof(
    { weight: 8, arbitrary: numbers },
    {
      weight: 1,
      arbitrary: fc.anything({
        withBigInt: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withTypedArray: true,
        withSparseArray: true,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(throwing, Symbol('s'), poison, new Proxy({}, { get: throwing }), new Number(1)),
    },
  )
  const keys = fc.oneof(
    { weight: 5, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '', 'then', 'toJSON', 'epoch ', '0'),
    },
  )
  const metrics = fc.array(fc.tuple(keys, values, fc.boolean()), { maxLength: 6 }).map((entries) => {
    const report = {}
    for (const [name, value, isGetter] of entries) {
      const how = isGetter ? { get: () => value } : { value }
      Object.defineProperty(report, name, { ...how, enumerable: true, configurable: true })
    }
    return report
  })
  const epochs = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 9 }) },
    fc.anything(),
    fc.constantFrom(2 ** 53, -1),
  )
  const reports = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.tuple(epochs, metrics, fc.boolean()).map(([epoch, report, isProxy]) => {
        Object.defineProperty(report, 'epoch', { value: epoch, enumerable: true })
        return isProxy ? new Proxy(report, {}) : report
      }),
    },
    { weight: 1, arbitrary: fc.anything() },
  )
  fc.assert(
    fc.property(reports, fc.nat(3), (given, lastEpoch) => {
      let report
      try {
        report = checkReport(given, lastEpoch)
      } catch (error) {
        expect(error).toBeInstanceOf(ReportError)
        const { message, kind } = error as ReportError
        expect(message).toMatch(
          /^(report\(|epoch: |a metric at epoch |diverged: |.* at epoch \d+: |.* cannot be read: )/s,
        )
        expect(message.length).toBeLessThan(500)
        tried(kind)
        return
      }
      expect(arrived(report)).toEqual(report)
      expect(Object.keys(report).sort()).toEqual(Object.keys(given as object).sort())
      for (const [name, value] of Object.entries(report)) {
        expect(Object.is((given as Record<string, unknown>)[name], value)).toBe(true)
        expect(Number.isFinite(value)).toBe(true)
      }
      expect(report.epoch).toBeGreaterThan(lastEpoch)
      tried('kept')
    }),
    runs(1_000),
  )
  port1.close()
})
