import * as Plot from '@observablehq/plot'

import type { ParallelFigure } from '../figures/parallel.ts'
import { framed, ramp, type Drawing, type Frame } from './frame.ts'
import { parallelScales } from './parallel-scales.ts'

const [marginLeft, marginRight] = [40, 60]

/** A line a trial, coloured by what it came to on the last axis; those that are not chosen faded. */
export function parallelPlot(figure: ParallelFigure, frame: Frame): Drawing {
  const room = (frame.width - marginLeft - marginRight) / Math.max(1, figure.axes.length - 1)
  const isNarrow = room < 60
  const scales = parallelScales(figure, { digits: isNarrow ? 2 : 3 })
  const points = figure.lines.flatMap(({ trial, isChosen, values }) => {
    const last = scales.at(-1)?.place(values.at(-1) ?? null) ?? 0
    return scales.flatMap(({ name, place }, k) => {
      const y = place(values[k] ?? null)
      return y === undefined ? [] : [{ trial, isChosen, name, y, last }]
    })
  })
  const [others, chosen] = [points.filter((point) => !point.isChosen), points.filter((point) => point.isChosen)]
  const ticks = scales.flatMap(({ name, ticks: own }) => own.map(({ place, text }) => ({ name, y: place, text })))
  const names = scales.map(({ name }) => name)
  const areTurned = 7 * Math.max(...names.map(({ length }) => length)) > room
  const way = { x: 'name', y: 'y', z: 'trial' }
  const lines = figure.lines.filter(({ isChosen }) => isChosen).length
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    ...{ marginLeft, marginRight, marginTop: areTurned ? 90 : 30, marginBottom: 14 },
    x: { type: 'point', domain: names, axis: 'top', label: null, tickSize: 0, ...(areTurned && { tickRotate: -40 }) },
    y: { axis: null, domain: [0, 1] },
    color: { ...ramp, type: 'linear', domain: colorDomain(points.map(({ last }) => last)) },
    marks: [
      Plot.line(others, { ...way, stroke: 'currentColor', strokeOpacity: 0.08 }),
      Plot.line(chosen, {
        ...{ ...way, stroke: 'last', sort: 'last' },
        strokeOpacity: Math.max(0.15, Math.min(0.8, 40 / lines)),
      }),
      Plot.ruleX(names, { stroke: 'currentColor', strokeOpacity: 0.5 }),
      Plot.text(ticks, {
        x: 'name',
        y: 'y',
        text: 'text',
        dx: 5,
        textAnchor: 'start',
        fill: 'currentColor',
        fontSize: isNarrow ? 10 : 12,
      }),
    ],
  }
  return { title: 'parameters and what they came to', parts: [plot] }
}

/** What is drawn, from end to end: the best of many trials are told apart, too. */
function colorDomain(places: readonly number[]): [number, number] {
  const [least, greatest] = [places.reduce((a, b) => Math.min(a, b), 1), places.reduce((a, b) => Math.max(a, b), 0)]
  return least < greatest ? [least, greatest] : [0, 1]
}
