import * as Plot from '@observablehq/plot'

import type { ParallelFigure } from '../figures/parallel.ts'
import { framed, ramp, scaleOf, type Drawing, type Frame } from './frame.ts'

/** Where a value of an axis stands, from 0 at the bottom to 1 at the top. */
interface AxisScale {
  readonly name: string
  readonly place: (value: number | string | null) => number | undefined
  /** What stands at a place; of names the nearest one. */
  readonly valueAt: (place: number) => number | string
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

/** Each axis has a scale of its own: numbers by size or by their logarithm, names in a row. */
function parallelScales({ axes, lines }: ParallelFigure): AxisScale[] {
  return axes.map(({ name, isNumber }, k) => {
    const values = lines.map((line) => line.values[k] ?? null).filter((value) => value !== null)
    return isNumber ? numberScale(name, values.map(Number)) : nameScale(name, [...new Set(values.map(String))].sort())
  })
}

function numberScale(name: string, values: readonly number[]): AxisScale {
  const isLog = scaleOf(values).type === 'log'
  const by = isLog ? Math.log : (value: number) => value
  const back = isLog ? Math.exp : (value: number) => value
  const [from, to] = [
    by(values.reduce((a, b) => Math.min(a, b), Infinity)),
    by(values.reduce((a, b) => Math.max(a, b), -Infinity)),
  ]
  const place = (value: number) => (to > from ? (by(value) - from) / (to - from) : 0.5)
  const distinct = [...new Set(values)].sort((a, b) => a - b)
  const isFew = distinct.length <= 8
  const marked = isFew ? distinct : [0, 0.25, 0.5, 0.75, 1].map((share) => back(from + share * (to - from)))
  return {
    name,
    place: (value) => (typeof value === 'number' ? place(value) : undefined),
    valueAt: (share) => back(from + share * (to - from)),
    ticks: marked.map((value) => ({ place: place(value), text: String(Number(value.toPrecision(isFew ? 6 : 3))) })),
  }
}

function nameScale(name: string, names: readonly string[]): AxisScale {
  const place = (k: number) => (names.length > 1 ? k / (names.length - 1) : 0.5)
  return {
    name,
    place: (value) => {
      const k = value === null ? -1 : names.indexOf(String(value))
      return k < 0 ? undefined : place(k)
    },
    valueAt: (share) => names[Math.round(share * (names.length - 1))] ?? '',
    ticks: names.slice(0, 12).map((text, k) => ({ place: place(k), text })),
  }
}

/** A line a trial, coloured by what it came to on the last axis. */
export function parallelPlot(figure: ParallelFigure, frame: Frame): Drawing {
  const scales = parallelScales(figure)
  const points = figure.lines.flatMap(({ trial, values }) => {
    const last = scales.at(-1)?.place(values.at(-1) ?? null) ?? 0
    return scales.flatMap(({ name, place }, k) => {
      const y = place(values[k] ?? null)
      return y === undefined ? [] : [{ trial, name, y, last }]
    })
  })
  const ticks = scales.flatMap(({ name, ticks: own }) => own.map(({ place, text }) => ({ name, y: place, text })))
  const names = scales.map(({ name }) => name)
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    marginLeft: 40,
    marginRight: 60,
    x: { type: 'point', domain: names, axis: 'top', label: null, tickSize: 0 },
    y: { axis: null, domain: [0, 1] },
    color: { ...ramp, domain: [0, 1] },
    marks: [
      Plot.line(points, {
        x: 'name',
        y: 'y',
        z: 'trial',
        stroke: 'last',
        strokeOpacity: Math.max(0.15, Math.min(0.8, 40 / figure.lines.length)),
        sort: 'last',
      }),
      Plot.ruleX(names, { stroke: 'currentColor', strokeOpacity: 0.5 }),
      Plot.text(ticks, { x: 'name', y: 'y', text: 'text', dx: 5, textAnchor: 'start', fill: 'currentColor' }),
    ],
  }
  return { title: 'parameters and what they came to', parts: [plot] }
}
