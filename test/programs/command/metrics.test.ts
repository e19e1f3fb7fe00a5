import { expect, test } from 'vitest'
import { nearMiss, parseMetrics } from '../../../src/programs/command/metrics.ts'

test.each([
  ['{"epoch": 1, "val_loss": 0.3}', { epoch: 1, val_loss: 0.3 }],
  [' {"loss":1e-3}\t', { loss: 0.001 }],
  ['{"val": {"loss": 0.5}}', { val: { loss: 0.5 } }],
  ['{"loss": "0.5"}', { loss: '0.5' }],
  ['{"loss": NaN, "other": nan}', { loss: 'NaN', other: 'nan' }],
  [
    '{"a": Infinity, "b": -Infinity, "c": -inf, "note": "NaN, \\"Infinity\\""}',
    { a: 'Infinity', b: '-Infinity', c: '-inf', note: 'NaN, "Infinity"' },
  ],
  ['{"loss": 1e999}', { loss: Infinity }],
  // More digits than a 64-bit float has: the reader says so.
  ['{"n": 9007199254740993, "x": 0.1234567890123456}', { n: '9007199254740993', x: 0.1234567890123456 }],
  ['\u001b[32m{"val_loss": 1}\u001b[0m', { val_loss: 1 }],
  ['\ufeff{"val_loss": 1}', { val_loss: 1 }],
])('%s is a report', (line, entries) => {
  expect(parseMetrics(line)).toEqual({ entries, repeated: [] })
})

test.each([
  ['{"a": 1, "a": 2}', ['a']],
  ['{"a": {"b": 1, "c": {"b": 1}}, "d": {"b": 1}, "b": "b"}', []],
  ['{"a": [{"b": 1}, {"b": 2}], "c": {"b": "}", "b": 2, "b": 3}}', ['c.b']],
])('names that %s has more than once: %j', (line, repeated) => {
  expect(parseMetrics(line)?.repeated).toEqual(repeated)
})

test.each([
  'epoch 1: val_loss 0.3',
  '{"level": "info", "message": "loading", "ready": true}',
  '{"val_loss": "12%"}',
  '{}',
  '[1, 2]',
  '3',
  '{"loss": 0.3',
  "{'loss': 0.3}",
  'loss {"loss": 0.3}',
])('%s is log', (line) => {
  expect(parseMetrics(line)).toBeUndefined()
})

test.each([
  ["{'val_loss': 1}", 'has single quotes, where JSON has double ones (json.dumps writes them)'],
  ['INFO: {"val_loss": 1}', 'has text before its JSON object'],
  ['{"val_loss": 1} (done)', 'has text after its JSON object'],
  ['{\x00"\x00a\x00"\x00:\x001\x00}\x00', 'is not UTF-8'],
  ['epoch 1: val_loss 0.3', undefined],
  ['{"message": "loading"}', undefined],
])('%j was perhaps meant as a report: it %s', (line, flaw) => {
  expect(nearMiss(line)).toBe(flaw)
})
