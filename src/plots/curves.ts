import * as Plot from '@observablehq/plot'

import type { CurvesFigure } from '../figures/curves.ts'
import { axisOf } from './axis.ts'
import { framed, okabeIto, type Drawing, type Frame } from './frame.ts'

export interface CurvesLook {
  readonly isLog: boolean
  /** Share of the past in each value (an exponential mean), from 0 to 1. */
  readonly smoothing: number
}

/** A line a trial; those that train are drawn over the others. */
export function curvesPlot(figure: CurvesFigure, frame: Frame, look: CurvesLook): Drawing {
  const rows = figure.curves.flatMap(({ trial, state, label, epochs, values }) => {
    const shown = smoothed(values, look.smoothing)
    return epochs.map((epoch, k) => ({ trial, label, epoch, value: shown[k] ?? NaN, isRunning: state === 'running' }))
  })
  const strokeOpacity = Math.max(0.25, Math.min(0.9, 12 / figure.curves.length))
  const of = (isRunning: boolean) => rows.filter((row) => row.isRunning === isRunning)
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    x: { label: 'epoch', ticks: wholeTicks(rows.map(({ epoch }) => epoch)), tickFormat: 'd' },
    y: {
      label: figure.metric,
      grid: true,
      ...axisOf(
        rows.map(({ value }) => value),
        look.isLog,
      ),
    },
    marks: [
      Plot.line(of(false), { x: 'epoch', y: 'value', z: 'trial', stroke: okabeIto.blue, strokeOpacity }),
      Plot.line(of(true), { x: 'epoch', y: 'value', z: 'trial', stroke: okabeIto.vermilion, strokeWidth: 2 }),
      // A trial that was stopped after its first epoch is a point.
      Plot.dot(rows, { x: 'epoch', y: 'value', r: 1.6, fill: okabeIto.blue, fillOpacity: strokeOpacity }),
      ...(frame.isLive === true
        ? [Plot.tip(rows, Plot.pointer({ x: 'epoch', y: 'value', channels: { trial: 'trial', label: 'label' } }))]
        : []),
    ],
  }
  return { title: `${figure.metric} by epoch`, parts: [plot] }
}

/** No epoch lies between two; the first may be 0, what there was before. */
function wholeTicks(epochs: readonly number[]): number[] {
  const first = epochs.reduce((a, b) => Math.min(a, b), 1)
  const last = epochs.reduce((a, b) => Math.max(a, b), 1)
  const step = Math.max(1, Math.ceil(last / 10))
  return Array.from({ length: Math.floor(last / step) + 1 }, (_, k) => k * step).filter((epoch) => epoch >= first)
}

function smoothed(values: readonly number[], share: number): number[] {
  let mean = 0
  let weight = 0
  return values.map((value) => {
    weight = share * weight + (1 - share)
    // A step towards the value instead of a quotient of sums, which would round to more than the greatest number.
    const step = (1 - share) / weight
    mean = mean * (1 - step) + value * step
    return mean
  })
}
