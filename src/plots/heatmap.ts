import * as Plot from '@observablehq/plot'

import type { HeatmapFigure } from '../figures/heatmap.ts'
import { framed, ramp, type Drawing, type Frame } from './frame.ts'
import { legendPlot, type ColorScale } from './legend.ts'

/** The mean of a metric over two parameters: a cell for each pair of values that a completed trial has. */
export function heatmapPlot(figure: HeatmapFigure, frame: Frame): Drawing {
  const { cells, x, y, value } = figure
  const label = (number: number | string) =>
    typeof number === 'number' ? String(Number(number.toPrecision(4))) : number
  const values = cells.map((cell) => cell.value)
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  const color: ColorScale = { ...ramp, type: 'linear', domain: [least, greatest] }
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    x: { label: x, domain: valuesOf(cells.map((cell) => cell.x)), tickFormat: label },
    y: { label: y, domain: valuesOf(cells.map((cell) => cell.y)).toReversed(), tickFormat: label },
    color,
    marks: [
      Plot.cell(cells, { x: 'x', y: 'y', fill: 'value', inset: 1 }),
      Plot.text(cells, {
        ...{ x: 'x', y: 'y', text: (cell: HeatmapFigure['cells'][number]) => cell.value.toPrecision(4) },
        fill: (cell: HeatmapFigure['cells'][number]) =>
          cell.value - least > 0.6 * (greatest - least) ? 'black' : 'white',
      }),
      ...(frame.isLive === true
        ? [Plot.tip(cells, Plot.pointer({ x: 'x', y: 'y', channels: { [value]: 'value', trials: 'trials' } }))]
        : []),
    ],
  }
  return { title: `${value} by ${x} and ${y}`, parts: [legendPlot(value, color, frame.width), plot] }
}

function valuesOf(values: readonly (number | string)[]): (number | string)[] {
  return [...new Set(values)].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b)),
  )
}
