import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { ParetoFigure } from '../../src/figures/pareto.ts'
import { answerPlot } from '../../src/plots/answer.ts'
import { curvesPlot } from '../../src/plots/curves.ts'
import type { Drawing } from '../../src/plots/frame.ts'
import { heatmapPlot } from '../../src/plots/heatmap.ts'
import { hypervolumePlot } from '../../src/plots/hypervolume.ts'
import { importancePlot } from '../../src/plots/importance.ts'
import { parallelPlot } from '../../src/plots/parallel.ts'
import { paretoPlot } from '../../src/plots/pareto.ts'
import { renderSvg } from '../../src/plots/render.ts'
import { frontPlot } from '../../src/report/front-plot.ts'
import { sparkline } from '../../src/report/sparkline.ts'

const frame = { width: 480, height: 300 }

/** Draws one column of values in every way that swath has. */
const drawings: Readonly<Record<string, (values: readonly number[]) => Drawing>> = {
  'pareto, as the gain': (values) =>
    paretoPlot(
      paretoOf(values, (_, k) => k),
      frame,
    ),
  'pareto, as the cost': (values) =>
    paretoPlot(
      paretoOf(
        values,
        (value) => value,
        (_, k) => k,
      ),
      frame,
    ),
  'pareto, as both axes and the colour': (values) =>
    paretoPlot({ ...paretoOf(values, (value) => value), color: 'score' }, frame),
  curves: (values) => curvesPlot(curvesOf(values), frame, { isLog: false, smoothing: 0.5 }),
  'curves on a logarithmic axis': (values) => curvesPlot(curvesOf(values), frame, { isLog: true, smoothing: 0 }),
  parallel: (values) =>
    parallelPlot(
      {
        axes: ['x', 'score'].map((name) => ({
          ...{ name, isNumber: true },
          extent: [Math.min(...values), Math.max(...values)],
        })),
        lines: values.map((value, trial) => ({ trial, isChosen: true, values: [value, value] })),
        points: values.length,
      },
      frame,
    ),
  'a heat map, as the value': (values) =>
    heatmapPlot(
      heatmapOf(values, (_, k) => k),
      frame,
    ),
  'a heat map, as an axis': (values) =>
    heatmapPlot(
      heatmapOf(values, (value) => value),
      frame,
    ),
  hypervolume: (values) =>
    hypervolumePlot(
      values.map((value, k) => ({ points: k + 1, hypervolume: Math.abs(value) })),
      frame,
    ),
  importance: (values) =>
    importancePlot(
      {
        ...{ objective: 'score', best: 2, points: values.length },
        parameters: values.map((value, k) => ({ name: `p${k}`, importance: Math.min(1, Math.abs(value)) })),
      },
      frame,
    ),
  'an answer of SQL': (values) =>
    answerPlot(
      values.map((value) => [value, value]),
      ['x', 'score'],
      frame,
    ),
}

/** Values on which a scale's arithmetic underflows, overflows or has no range. */
const extremes: Readonly<Record<string, readonly number[]>> = {
  'three neighbours': [1, 1.0000000000000002, 1.0000000000000004],
  subnormal: [1e-310, 2e-310, 3e-310],
  'the least of all': [0, 5e-324],
  'subnormal to normal': [1e-320, 1e-300, 1e-280],
  tiny: [1e-300, 2e-300, 3e-300],
  'beyond whole numbers': [1e16, 1e16 + 2, 1e16 + 4],
  'zeros of both signs': [0, -0, 0],
  'over the whole range': [1e-200, 1, 1e200],
  'as far apart as numbers are': [-1.7e308, 0, 1.7e308],
  'around zero': [1e-17, 0, -1e-17],
  'nearly zero and a half': [0, 1e-320, 0.5],
  constant: [0.25, 0.25, 0.25],
  'a single one': [-3],
}

for (const [kind, draw] of Object.entries(drawings)) {
  describe(kind, () => {
    for (const [name, values] of Object.entries(extremes)) {
      test(`draws values that are ${name}`, () => {
        expectSound(renderSvg(draw(values)))
      })
    }

    test('draws any finite values', () => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 5 }),
          (values) => {
            expectSound(renderSvg(draw(values)))
          },
        ),
        { numRuns: 40 },
      )
    })
  })
}

test('the plot in text draws any finite values', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(...Object.values(extremes).flat()),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 6 }), (pairs) => {
      const points = pairs.map(([x, y]) => ({ x, y, onFront: true }))
      const text = frontPlot(points, { width: 60, height: 14, xLabel: 'x', yLabel: 'y', unicode: true })
      expect(text).not.toMatch(/NaN|Infinity|undefined/)
      expect(text).toContain('●')
      for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(60)
    }),
    { numRuns: 500 },
  )
})

test('a sparkline draws any finite values', () => {
  for (const values of Object.values(extremes)) {
    const line = sparkline(values, { unicode: true })
    expect(Array.from(line)).toHaveLength(values.length)
    expect(line).toMatch(/^[▁-█]+$/)
  }
})

function expectSound(svg: string): void {
  const attributes = svg.match(/="[^"]*"/g) ?? []
  expect(attributes.filter((text) => /NaN|Infinity|undefined/.test(text))).toEqual([])
  expect(svg.replaceAll(/<[^>]*>/g, ' ')).not.toMatch(/NaN|Infinity|undefined/)
  expect(svg).toMatch(/<(path|circle|rect|text)/)
}

function paretoOf(
  values: readonly number[],
  xOf: (value: number, k: number) => number,
  yOf: (value: number, k: number) => number = (value) => value,
): ParetoFigure {
  return {
    ...{ x: 'x', y: 'score', xGoal: 'minimize', yGoal: 'maximize', total: values.length },
    frontOver: ['x', 'score'],
    points: values.map((value, k) => ({
      ...{
        trial: k + 1,
        x: xOf(value, k),
        y: yOf(value, k),
        color: value,
        isOnFront: true,
        isFeasible: true,
        isChosen: true,
        stands: 1,
      },
    })),
  }
}

function curvesOf(values: readonly number[]) {
  const curve = { trial: 1, state: 'completed', label: '', epochs: values.map((_, k) => k + 1), values }
  return { metric: 'score', trials: 1, curves: [curve] }
}

function heatmapOf(values: readonly number[], axisOf: (value: number, k: number) => number) {
  return {
    ...{ x: 'a', y: 'b', value: 'score' },
    cells: values.map((value, k) => {
      const x = axisOf(value, k)
      return { x, y: k, xs: [x, x] as const, ys: [k, k] as const, value, points: 1, isChosen: true }
    }),
  }
}
