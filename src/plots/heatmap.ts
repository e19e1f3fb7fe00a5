import * as Plot from '@observablehq/plot'

import type { HeatmapCell, HeatmapFigure } from '../figures/heatmap.ts'
import { formatRounded } from '../report/format.ts'
import { shareOf } from '../report/share.ts'
import { boundsOf } from './axis.ts'
import { framed, type Drawing, type Frame } from './frame.ts'
import { legendPlot, numberColors } from './legend.ts'

/** The values on both axes, from left to right and from top to bottom. */
export function heatmapAxes({ cells }: HeatmapFigure) {
  return { columns: valuesOf(cells.map(({ x }) => x)), rows: valuesOf(cells.map(({ y }) => y)).toReversed() }
}

/**
 * The mean of a metric over two parameters: a cell for each pair of values that a completed trial has, faded where none of
 * its trials is chosen.
 */
export function heatmapPlot(figure: HeatmapFigure, frame: Frame): Drawing {
  const { cells, x, y, value } = figure
  const { columns, rows } = heatmapAxes(figure)
  const label = (number: number | string) => (typeof number === 'number' ? formatRounded(number, 4) : number)
  const letters = (names: readonly (number | string)[]) => Math.max(...names.map((name) => label(name).length))
  const marginLeft = Math.min(Math.max(60, 36 + 7 * letters(rows)), frame.width / 3)
  const room = (frame.width - marginLeft - 20) / columns.length
  const areTurned = 7 * letters(columns) > room
  const values = cells.map((cell) => cell.value)
  const bounds = boundsOf(values)
  const color = numberColors(values, false)
  const plot: Plot.PlotOptions = {
    ...framed(frame),
    ...{ marginLeft, marginBottom: areTurned ? 66 : 40 },
    x: { label: x, domain: columns, tickFormat: label, ...(areTurned && { tickRotate: -40 }) },
    y: { label: y, domain: rows, tickFormat: label },
    color,
    marks: [
      Plot.cell(cells, {
        ...{ x: 'x', y: 'y', fill: 'value', inset: 1 },
        fillOpacity: ({ isChosen }: HeatmapCell) => (isChosen ? 1 : 0.2),
      }),
      Plot.text(room < 44 ? [] : cells, {
        ...{ x: 'x', y: 'y', text: (cell: HeatmapCell) => formatRounded(cell.value, 4) },
        fill: (cell: HeatmapCell) =>
          !cell.isChosen ? 'currentColor' : shareOf(cell.value, bounds) > 0.6 ? 'black' : 'white',
      }),
      ...(frame.isLive === true
        ? [Plot.tip(cells, Plot.pointer({ x: 'x', y: 'y', channels: { [value]: 'value', points: 'points' } }))]
        : []),
    ],
  }
  return { title: `${value} by ${x} and ${y}`, parts: [legendPlot(value, color, frame.width), plot] }
}

function valuesOf(values: readonly (number | string)[]): (number | string)[] {
  return [...new Set(values)].sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en'),
  )
}
