import { expect, test } from 'vitest'
import { latencyOf } from '../../src/inference/latency.ts'

test('the median lies below the 95th percentile, and the run is warmed up first', () => {
  let runs = 0
  const { medianMs, p95Ms } = latencyOf(() => {
    runs++
  })
  expect(runs).toBe(330)
  expect(medianMs).toBeLessThanOrEqual(p95Ms)
})
