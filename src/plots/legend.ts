import * as Plot from '@observablehq/plot'

import { valueAt } from '../report/share.ts'
import { axisOf, boundsOf, spansDecades } from './axis.ts'
import { categories, framed, ramp } from './frame.ts'

/** How a column's values are coloured: by size, or a colour a name. */
export type ColorScale = Pick<Plot.ScaleOptions, 'type' | 'domain' | 'scheme' | 'range'>

export function colorScale(values: readonly (number | string | null)[]): ColorScale {
  const there = values.filter((value) => value !== null)
  const numbers = there.filter((value) => typeof value === 'number')
  if (numbers.length < there.length || numbers.length === 0) {
    return { type: 'ordinal', domain: [...new Set(there.map(String))].sort(), range: [...categories] }
  }
  return numberColors(numbers)
}

/** Colours numbers by size, or by their logarithm where {@link axisOf} says so for an axis. */
export function numberColors(values: readonly number[], isLog = spansDecades(values)): ColorScale {
  return { type: axisOf(values, isLog).type, domain: boundsOf(values), ...ramp }
}

const steps = 48

/** What the colours mean, as a plot of its own: Plot's own legends need a canvas, which there is in browsers alone. */
export function legendPlot(label: string, scale: ColorScale, width: number): Plot.PlotOptions {
  const frame = {
    ...framed({ width: Math.min(width, 320), height: 44 }),
    marginTop: 18,
    marginBottom: 18,
    marginLeft: 60,
  }
  const domain = [...(scale.domain ?? [])] as (number | string)[]
  if (scale.type === 'ordinal') {
    return {
      ...framed({ width, height: 26 }),
      marginTop: 4,
      marginBottom: 4,
      x: { type: 'band', domain, axis: null },
      y: { axis: null },
      color: scale,
      marks: [
        Plot.dot(domain, { x: Plot.identity, fill: Plot.identity, r: 5, dx: -20 }),
        Plot.text(domain, { x: Plot.identity, text: Plot.identity, dx: -10, textAnchor: 'start' }),
      ],
    }
  }
  const [from = 0, to = 1] = domain.map(Number)
  const isLog = scale.type === 'log'
  const at = (k: number) =>
    isLog ? Math.exp(valueAt(k / steps, [Math.log(from), Math.log(to)])) : valueAt(k / steps, [from, to])
  const parts = Array.from({ length: steps }, (_, k) => ({ from: at(k), to: at(k + 1), middle: at(k + 0.5) }))
  return {
    ...frame,
    x: { ticks: 4, ...axisOf([from, to], isLog), nice: false, domain: [from, to], label: null, tickSize: 3 },
    y: { axis: null },
    color: scale,
    marks: [
      Plot.rectY(parts, { x1: 'from', x2: 'to', y: 1, fill: 'middle' }),
      Plot.text([label], { frameAnchor: 'top-left', dy: -14, text: (text: string) => text }),
    ],
  }
}
