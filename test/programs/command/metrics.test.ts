import { expect, test } from 'vitest'
import { parseMetrics } from '../../../src/programs/command/metrics.ts'

test.each([
  ['{"epoch": 1, "val_loss": 0.3}', { epoch: 1, val_loss: 0.3 }],
  [' {"loss":1e-3}\t', { loss: 0.001 }],
  ['{"loss": 1, "note": "fine", "best": true, "none": null, "list": [1], "inner": {"x": 1}}', { loss: 1 }],
  ['{"loss": NaN}', { loss: NaN }],
  ['{"a": Infinity, "b": -Infinity, "note": "NaN, \\"Infinity\\""}', { a: Infinity, b: -Infinity }],
  ['{"loss": 1e999}', { loss: Infinity }],
  ['{"epoch": "3", "loss": 1}', { epoch: '3', loss: 1 }],
])('%s is a report', (line, metrics) => {
  expect(parseMetrics(line)).toEqual(metrics)
})

test.each([
  'epoch 1: val_loss 0.3',
  '{"level": "info", "message": "loading"}',
  '{}',
  '[1, 2]',
  '3',
  '{"loss": 0.3',
  '{"loss": nan}',
  "{'loss': 0.3}",
  'loss {"loss": 0.3}',
])('%s is log', (line) => {
  expect(parseMetrics(line)).toBeUndefined()
})
