import * as Plot from '@observablehq/plot'

import type { FrontMoment } from '../analysis/front.ts'
import { axisOf } from './axis.ts'
import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'

/** What the front had come to after so many trials. */
export function hypervolumePlot(steps: readonly FrontMoment[], frame: Frame): Drawing {
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    x: { label: 'completed points', nice: true },
    y: { label: 'hypervolume', grid: true, ...axisOf([0, ...steps.map(({ hypervolume }) => hypervolume)], false) },
    marks: [
      Plot.areaY(steps, {
        x: 'points',
        y: 'hypervolume',
        curve: 'step-after',
        fill: okabeIto.green,
        fillOpacity: 0.15,
      }),
      Plot.lineY(steps, { x: 'points', y: 'hypervolume', curve: 'step-after', stroke: okabeIto.green, strokeWidth: 2 }),
    ],
  }
  return { title: 'hypervolume over time', parts: [plot] }
}
