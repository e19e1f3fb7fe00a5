import fc from 'fast-check'
import { expect, test } from 'vitest'

import { frontPlot, type PlotPoint } from '../../src/report/front-plot.ts'

const options = { width: 60, height: 14, xLabel: 'FLOPs', yLabel: 'test accuracy', unicode: true }

test('the front is drawn as steps over a logarithmic axis, beaten trials as faint points', () => {
  const points: PlotPoint[] = [
    { x: 203_264, y: 0.937, onFront: true },
    { x: 406_528, y: 0.958, onFront: true },
    { x: 813_056, y: 0.962, onFront: true },
    { x: 1_337_344, y: 0.955, onFront: false },
    { x: 1_626_112, y: 0.967, onFront: true },
  ]
  expect(frontPlot(points, options)).toMatchInlineSnapshot(`
    "test accuracy
          │                                                  ●
          │                                                  │
     96 % │                                  ●───────────────╯
          │                  ●───────────────╯
          │                  │                           ·
     95 % │                  │
          │                  │
          │                  │
     94 % │                  │
          │  ●───────────────╯
          └──┴────────────────────┴───────────────┴─────────────
           200k                 500k             1M
                                   FLOPs"
  `)
})

test('a terminal without Unicode gets plain characters', () => {
  const points = [
    { x: 1, y: 0.1, onFront: true },
    { x: 9, y: 0.9, onFront: true },
  ]
  expect(frontPlot(points, { ...options, unicode: false })).toMatch(/^[\x20-\x7e\n]+$/)
})

test('whatever the points, the plot keeps to its width and height and shows every front', () => {
  const numbers = fc.double({ min: -1e6, max: 1e12, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.record({ x: numbers, y: numbers, onFront: fc.boolean() }), { minLength: 1 }), (points) => {
      const lines = frontPlot(points, options).split('\n')
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(options.width)
      expect(lines).toHaveLength(options.height)
      if (points.some((point) => point.onFront)) expect(lines.join('\n')).toContain('●')
    }),
  )
})

test('an accuracy that is not a share of 1 is not turned into percent', () => {
  const points = [
    { x: 1, y: 90, onFront: true },
    { x: 2, y: 97, onFront: true },
  ]
  expect(frontPlot(points, options)).toMatch(/^ +94 │/m)
})

test('close values get ticks that tell them apart', () => {
  const points = [
    { x: 1, y: 0.97001, onFront: true },
    { x: 2, y: 0.97009, onFront: true },
  ]
  expect(frontPlot(points, options).match(/[\d.]+ %/g)).toEqual(['97.008 %', '97.006 %', '97.004 %', '97.002 %'])
})

test('values at the end of the floating-point range can be drawn', () => {
  const points = [5e-324, 1.6578092e-316, 1e-190, 1e12].map((x) => ({ x, y: x, onFront: true }))
  expect(frontPlot(points.slice(0, 2), options)).toContain('●')
  expect(frontPlot(points.slice(1), options)).toContain('●')
  expect(frontPlot(points.slice(2), options)).toContain('●')
})

test('a huge sweep and infinite values can be drawn', () => {
  const points = Array.from({ length: 300_000 }, (_, k) => ({ x: k + 1, y: k, onFront: false }))
  expect(frontPlot([...points, { x: Infinity, y: 1, onFront: true }], options)).toContain(' 50k')
})
