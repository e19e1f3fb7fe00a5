import { expect, test } from 'vitest'

import { formatCompact, formatDuration, formatMetric, formatNumber } from '../../src/report/format.ts'

test.each([
  [0, '0'],
  [950, '950'],
  [203_264, '203k'],
  [1_000_000, '1M'],
  [5_820_416, '5.82M'],
  [1.2e13, '12T'],
  [999_999, '1M'],
  [999.7, '1k'],
  [-999_999, '-1M'],
])('%d in short is %s', (value, text) => {
  expect(formatCompact(value)).toBe(text)
})

test.each([
  [0, '0.00 s'],
  [0.0004, '0.4 ms'],
  [0.934, '0.93 s'],
  [9.999, '10 s'],
  [42.4, '42 s'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
  [86_400 * 5, '5 days'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

test.each([
  ['test_accuracy', 0.9741, '97.41 %'],
  ['val_loss', 0.101234, '0.10123'],
  ['epoch_seconds', 1.26, '1.26 s'],
  ['tokens', 1_234_567, '1,234,567'],
  ['accuracy', 12, '12'],
])('%s of %d is written %s', (name, value, text) => {
  expect(formatMetric(name, value)).toBe(text)
})

test('small and large numbers keep what matters of them', () => {
  expect([1e-7, 123456.789, 1.5e12, -2].map(formatNumber)).toEqual(['1.000e-7', '123457', '1500000000000', '-2'])
})
