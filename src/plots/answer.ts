import * as Plot from '@observablehq/plot'

import { axisOf } from './axis.ts'
import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'

export type AnswerRow = readonly (string | number | boolean | null)[]

/** Rows of any answer: dots over two columns of numbers, bars where the first one is of names. */
export function answerPlot(rows: readonly AnswerRow[], [x, y]: readonly [string, string], frame: Frame): Drawing {
  const isNumber = rows.every(([value]) => typeof value === 'number')
  const points = rows.map(([a, b]) => ({ x: a, y: Number(b) }))
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    x: isNumber ? { label: x, ...axisOf(points.map((point) => Number(point.x))) } : { label: x, type: 'band' },
    y: {
      label: y,
      grid: true,
      ...axisOf(isNumber ? points.map((point) => point.y) : [0, ...points.map((point) => point.y)], false),
    },
    marks: [
      isNumber
        ? Plot.dot(points, { x: 'x', y: 'y', fill: okabeIto.blue, r: 3.5, tip: frame.isLive === true })
        : Plot.barY(points, { x: 'x', y: 'y', fill: okabeIto.blue, tip: frame.isLive === true }),
    ],
  }
  return { title: `${y} over ${x}`, parts: [plot] }
}
