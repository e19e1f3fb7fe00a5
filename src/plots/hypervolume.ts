import * as Plot from '@observablehq/plot'

import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'

export interface HypervolumeStep {
  /** Trials that had ended. */
  readonly trials: number
  readonly hypervolume: number
}

/** What the front had come to after so many trials. */
export function hypervolumePlot(steps: readonly HypervolumeStep[], frame: Frame): Drawing {
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    x: { label: 'completed trials', nice: true },
    y: { label: 'hypervolume', grid: true, nice: true, zero: true },
    marks: [
      Plot.areaY(steps, {
        x: 'trials',
        y: 'hypervolume',
        curve: 'step-after',
        fill: okabeIto.green,
        fillOpacity: 0.15,
      }),
      Plot.lineY(steps, { x: 'trials', y: 'hypervolume', curve: 'step-after', stroke: okabeIto.green, strokeWidth: 2 }),
    ],
  }
  return { title: 'hypervolume over time', parts: [plot] }
}
