import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { ReportError } from '../../src/workers/report-error.ts'
import { ReportReader } from '../../src/workers/report-reader.ts'
import { runs, tally } from '../fuzz.ts'
import { poison, throwing } from './poison.ts'

/** Reads reports of one trial that looks for `val_loss`: what is stored, and what is said of it. */
function read(...reports: unknown[]) {
  const reader = new ReportReader(['val_loss'])
  const found = reports.map((report) => reader.read(report))
  return {
    reports: found.map(({ report }) => report),
    notices: found.flatMap(({ notices }) =>
      notices.map(({ kind, name, detail }) => `${kind}: ${name}${detail === '' ? '' : ` (${detail})`}`),
    ),
  }
}

class Tensor {
  readonly value = 1
}

test.each<[given: object, stored: object]>([
  [
    { epoch: 1, val_loss: 0.3 },
    { epoch: 1, val_loss: 0.3 },
  ],
  [{ val_loss: 0.3 }, { epoch: 1, val_loss: 0.3 }],
  [
    { epoch: '2', val_loss: '0.5', a: ' -1e-3 ', b: '.5', c: '+5.' },
    { epoch: 2, val_loss: 0.5, a: -0.001, b: 0.5, c: 5 },
  ],
  [
    { ok: true, bad: false },
    { epoch: 1, ok: 1, bad: 0 },
  ],
  [{ n: 12n }, { epoch: 1, n: 12 }],
  [
    { train: { loss: 1, top: { 5: 0.9 } }, val: { loss: '2' } },
    { epoch: 1, 'train.loss': 1, 'train.top.5': 0.9, 'val.loss': 2 },
  ],
  [{ train: Object.assign(Object.create(null) as object, { epoch: 7 }) }, { epoch: 1, 'train.epoch': 7 }],
  [new Proxy({ epoch: 1, loss: 0.5 }, {}), { epoch: 1, loss: 0.5 }],
  [
    { epoch: 1, loss: 0.5, [Symbol('s')]: throwing },
    { epoch: 1, loss: 0.5 },
  ],
])('%o is stored as %o, without a word', (given, stored) => {
  expect(read(given)).toEqual({ reports: [stored], notices: [] })
})

const own = (name: string, get: () => unknown) => Object.defineProperty({ a: 1 }, name, { get, enumerable: true })

const withoutEntry: [given: object, notice: string][] = [
  [{ a: 1, val_loss: '12%' }, 'dropped: val_loss (the text "12%")'],
  [{ a: 1, x: '' }, 'dropped: x (the text "")'],
  [{ a: 1, x: '0x10' }, 'dropped: x (the text "0x10")'],
  [{ a: 1, x: '1_000' }, 'dropped: x (the text "1_000")'],
  [{ a: 1, x: 'x'.repeat(1e6) }, `dropped: x (the text "${'x'.repeat(80)}…")`],
  [{ a: 1, x: null }, 'dropped: x (null)'],
  [{ a: 1, x: undefined }, 'dropped: x (undefined)'],
  [{ a: 1, x: [1, 2] }, 'dropped: x ([ 1, 2 ])'],
  [{ a: 1, x: {} }, 'dropped: x (an object without entries)'],
  [{ a: 1, x: { y: [1] } }, 'dropped: x.y ([ 1 ])'],
  [{ a: 1, x: new Map([[1, 2]]) }, 'dropped: x (Map(1) { 1 => 2 })'],
  [{ a: 1, x: new Tensor() }, 'dropped: x (Tensor { value: 1 })'],
  [{ a: 1, x: Symbol('s') }, 'dropped: x (Symbol(s))'],
  [{ a: 1, x: () => 1 }, 'dropped: x ([Function: x])'],
  [own('x', throwing), 'dropped: x (cannot be read: no such thing)'],
  [{ a: 1, x: new Proxy({}, { getPrototypeOf: throwing }) }, 'dropped: x (cannot be read: no such thing)'],
  [{ a: 1, '': 1 }, 'dropped:  (its name is empty)'],
  // The SQL of the sweep's view ended at the NUL, and the run with it.
  [{ a: 1, 'b\0c': 1 }, 'dropped: b\\0c (its name has control characters)'],
  // Two of them became the same name in the store, and the run ended.
  [{ a: 1, 'b\ud800': 1 }, 'dropped: b\\u{d800} (its name has control characters)'],
  [{ a: 1, ['n'.repeat(1e6)]: 1 }, `dropped: ${'n'.repeat(80)}… (its name has more than 200 characters)`],
  [{ a: 1, epoch: 'two' }, 'dropped: epoch (expected a number, got the text "two")'],
  [{ a: 1, epoch: null }, 'dropped: epoch (expected a number, got null)'],
  [{ a: 1, epoch: true }, 'dropped: epoch (expected a number, got true)'],
  [{ a: 1, epoch: NaN }, 'dropped: epoch (expected a number, got NaN)'],
  [{ a: 1, f1: NaN }, 'not finite: f1 (NaN)'],
  [{ a: 1, f1: '-inf' }, 'not finite: f1 (-Infinity)'],
]

test('an entry that throws when it is shown is dropped like any other', () => {
  const { reports, notices } = read({ a: 1, x: [poison] })
  expect(reports).toEqual([{ epoch: 1, a: 1 }])
  // Node 26 shows what earlier versions throw on.
  expect(notices).toEqual([expect.stringMatching(/^dropped: x \((something that cannot be shown|\[ \[Object\] \])\)$/)])
})

// The given one is in a function: the name of a test would read it.
test.each(withoutEntry.map(([given, notice], k) => [k, notice.slice(0, 100), () => given, notice] as const))(
  'report %i is stored without the entry that is no metric: %s',
  (_, __, given, notice) => {
    expect(read(given())).toEqual({ reports: [{ epoch: 1, a: 1 }], notices: [notice] })
  },
)

test('a whole number that 64-bit floats do not have is stored as the nearest that they have', () => {
  expect(read({ n: '9007199254740993', m: 2n ** 53n + 1n, k: '9007199254740992' })).toEqual({
    reports: [{ epoch: 1, n: 2 ** 53, m: 2 ** 53, k: 2 ** 53 }],
    notices: [
      'rounded: n (9007199254740993 is stored as 9007199254740992)',
      'rounded: m (9007199254740993 is stored as 9007199254740992)',
    ],
  })
})

test.each([
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  ['nan', 'NaN'],
  ['Infinity', 'Infinity'],
])('%o in a metric that decides something is divergence, with its epoch', (value, shown) => {
  expect(() => read({ epoch: 0, val_loss: 1 }, { epoch: 3, val_loss: value })).toThrow(
    `diverged: val_loss is ${shown} at epoch 3`,
  )
})

test('what two reports say of one epoch is one report; of a name that both have, the last value counts', () => {
  const reader = new ReportReader([])
  expect(reader.read({ epoch: 1, train_loss: 3, lr: 1 })).toMatchObject({ isContinued: false, notices: [] })
  expect(reader.read({ epoch: 1, val_loss: 2, lr: 0.5 })).toEqual({
    report: { epoch: 1, train_loss: 3, val_loss: 2, lr: 0.5 },
    isContinued: true,
    reportedEpoch: undefined,
    notices: [{ kind: 'repeated', name: 'lr', detail: '' }],
  })
  expect(reader.read({ epoch: 2, train_loss: 1 }).report).toEqual({ epoch: 2, train_loss: 1 })
})

test('a nested name and a flat one that are equal are one metric', () => {
  expect(read({ 'a.b': 1, a: { b: 2 } })).toEqual({ reports: [{ epoch: 1, 'a.b': 2 }], notices: ['repeated: a.b'] })
})

test('each thing is said once an attempt, however often it is reported', () => {
  const { notices } = read({ epoch: 0, x: 'a', f1: NaN }, { epoch: 1, x: 'b', f1: NaN }, { epoch: 2, y: 'c' })
  expect(notices.map((text) => text.replace(/ \(.*/, ''))).toEqual([
    'epoch: from 0',
    'not finite: f1',
    'dropped: x',
    'dropped: y',
  ])
})

const cycle: Record<string, unknown> = {}
cycle.a = cycle
const wide: Record<string, unknown> = {}
for (let k = 0; k < 100; k++) wide[k] = wide

const refused: [given: unknown, message: string][] = [
  [undefined, 'report(undefined): expected an object such as { epoch: 1, val_loss: 0.3 }'],
  ['epoch 1', 'report(the text "epoch 1"): expected an object such as'],
  [new Proxy({}, { ownKeys: throwing }), 'the report cannot be read: no such thing'],
  [Object.fromEntries(Array.from({ length: 10_001 }, (_, k) => [`m${k}`, k])), 'expected at most 10000 entries'],
  [wide, 'expected at most 10000 entries'],
]

test('a report has up to 10,000 entries besides its epoch', () => {
  const metrics = Object.fromEntries(Array.from({ length: 10_000 }, (_, k) => [`m${k}`, k]))
  expect(read({ epoch: 1, ...metrics }).reports).toEqual([{ epoch: 1, ...metrics }])
  expect(() => read({ epoch: 1, ...metrics, more: 1 })).toThrow('expected at most 10000 entries besides epoch')
})

test.each(refused.map(([given, message]) => [message, () => given] as const))('%s: refused', (message, given) => {
  expect(() => read(given())).toThrow(ReportError)
  expect(() => read(given())).toThrow(message)
})

test('an object in itself is followed ten deep', () => {
  expect(read({ a: 1, x: cycle }).notices).toEqual(['dropped: x.a.a.a.a.a.a.a.a.a (nested more than 10 deep)'])
})

test('what is read is what is sent, whatever the report becomes when it is read again', () => {
  // The second value went to the store, which refuses NaN, and the run ended.
  let reads = 0
  const changing = {
    epoch: 1,
    get loss() {
      return reads++ === 0 ? 0.5 : NaN
    },
  }
  expect(read(changing).reports).toEqual([{ epoch: 1, loss: 0.5 }])
})

test('names that mean something to JavaScript are names', () => {
  const report = JSON.parse(
    '{"epoch": 1, "__proto__": 2, "constructor": 3, "0": 4, "a": {"__proto__": {"toString": 5}}}',
  ) as object
  expect(Object.entries(structuredClone(read(report).reports[0] ?? {})).sort()).toEqual([
    ['0', 4],
    ['__proto__', 2],
    ['a.__proto__.toString', 5],
    ['constructor', 3],
    ['epoch', 1],
  ])
  expect(Object.getPrototypeOf({})).toBe(Object.prototype)
})

const tried = tally('reports')

test('any entry of any JSON is stored, said to be left out, or ends the trial', () => {
  const { port1, port2 } = new MessageChannel()
  const arrived = (message: unknown): unknown => {
    port1.postMessage(message)
    return (receiveMessageOnPort(port2) as { message: unknown }).message
  }
  const names = fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        '__proto__',
        'constructor',
        'toString',
        '',
        'then',
        'toJSON',
        'epoch',
        'val_loss',
        'a.b',
      ),
    },
  )
  const { report } = fc.letrec<{ value: unknown; report: object }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.double(),
      fc.jsonValue(),
      fc.constantFrom('0.5', 'nan', '-inf', '12%', true, false, null, 5n, 1e12, 2, 0.5),
      tie('report'),
    ),
    report: fc
      .array(fc.tuple(names, tie('value')), { maxLength: 6 })
      .map((entries) => Object.fromEntries(entries) as object),
  }))
  fc.assert(
    fc.property(fc.array(report, { minLength: 1, maxLength: 4 }), (reports) => {
      const reader = new ReportReader(['val_loss'])
      let last = 0
      for (const given of reports) {
        let found
        try {
          found = reader.read(given)
        } catch (error) {
          expect(error).toBeInstanceOf(ReportError)
          expect((error as Error).message).toMatch(/^diverged: val_loss is /)
          tried('diverged')
          return
        }
        const { report: stored, isContinued, notices } = found
        expect(arrived(found)).toEqual(found)
        expect(stored.epoch).toBeGreaterThanOrEqual(isContinued ? last : last + 1)
        last = stored.epoch
        for (const [name, value] of Object.entries(stored)) {
          expect(Number.isFinite(value)).toBe(true)
          expect(name).toMatch(/^[^\p{Cc}\p{Cs}]{1,200}$/su)
        }
        for (const name of Object.keys(given)) {
          const isStored = Object.keys(stored).some((each) => each === name || each.startsWith(`${name}.`))
          if (isStored) tried('stored')
          else {
            tried('left out')
            // Said now, or in an earlier report of the attempt.
            if (reports[0] === given && name.length <= 8 && !/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) {
              expect(notices.some((notice) => notice.name === name || notice.name.startsWith(`${name}.`))).toBe(true)
            }
          }
        }
      }
    }),
    runs(1_000),
  )
  port1.close()
})
