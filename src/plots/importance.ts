import * as Plot from '@observablehq/plot'

import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'

export interface Importance {
  readonly parameter: string
  /** In sum 1. */
  readonly importance: number
}

/** A bar a parameter, the most important one first. */
export function importancePlot(importances: readonly Importance[], frame: Frame): Drawing {
  const longest = Math.max(...importances.map(({ parameter }) => parameter.length))
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    marginLeft: Math.min(24 + 7 * longest, 200),
    x: { label: 'share of importance', domain: [0, 1], percent: true, grid: true },
    y: { label: null },
    marks: [
      Plot.barX(importances, { x: 'importance', y: 'parameter', fill: okabeIto.blue, sort: { y: '-x' } }),
      Plot.text(importances, {
        ...{ x: 'importance', y: 'parameter', dx: 4, textAnchor: 'start' as const },
        text: ({ importance }: Importance) => `${(100 * importance).toFixed(1)} %`,
      }),
    ],
  }
  return { title: 'importance of the parameters', parts: [plot] }
}
