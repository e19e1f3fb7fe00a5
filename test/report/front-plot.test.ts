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
          │                                                    ●
          │                                                    │
     96 % │                                   ●────────────────╯
          │                 ●─────────────────╯
          │                 │                             ·
     95 % │                 │
          │                 │
          │                 │
     94 % │                 │
          │●────────────────╯
          └───────────────────────┴────────────────┴────────────
                                500k              1M
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
