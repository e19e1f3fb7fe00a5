import * as Plot from '@observablehq/plot'

import type { Importances } from '../results/importance.ts'
import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'

/** A bar a parameter, the most important one first. */
export function importancePlot({ objective, parameters: importances }: Importances, frame: Frame): Drawing {
  const longest = Math.max(...importances.map(({ name }) => name.length))
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    marginRight: 60,
    marginLeft: Math.min(24 + 7 * longest, 200),
    x: {
      label: 'share of importance',
      domain: [0, 100],
      percent: true,
      grid: true,
      tickFormat: (value: number) => `${value} %`,
    },
    y: { label: null },
    marks: [
      Plot.barX(importances, { x: 'importance', y: 'name', fill: okabeIto.blue, sort: { y: '-x' } }),
      Plot.text(importances, {
        ...{ x: 'importance', y: 'name', dx: 4, textAnchor: 'start' as const },
        text: ({ importance }: Importances['parameters'][number]) => `${(100 * importance).toFixed(1)} %`,
      }),
    ],
  }
  return { title: `what ${objective} depends on (PED-ANOVA)`, parts: [plot] }
}
