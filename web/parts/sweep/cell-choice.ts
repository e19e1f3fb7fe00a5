import type { HeatmapCell, HeatmapFigure } from '../../../src/figures/heatmap.ts'
import { isInterval, selection, type Range } from '../../state/selection.ts'
import { shownNumber, shownValue } from '../numbers.ts'

/** What a column of the sweep has in some cells. */
export function rangeOf(cells: readonly HeatmapCell[], axis: 'x' | 'y'): Range | undefined {
  if (cells.length === 0) return undefined
  const ends = cells.flatMap((cell) => (axis === 'x' ? cell.xs : cell.ys))
  const numbers = ends.filter((end) => typeof end === 'number')
  if (numbers.length === ends.length) return [Math.min(...numbers), Math.max(...numbers)]
  return [...new Set(cells.map((cell) => String(cell[axis])))]
}

/** Whether all trials of a cell are in what is brushed of its two columns. */
export function isSelected({ x, y }: HeatmapFigure, cell: HeatmapCell): boolean {
  const ranges = [
    { range: selection.value.get(x), ends: cell.xs },
    { range: selection.value.get(y), ends: cell.ys },
  ]
  return (
    ranges.some(({ range }) => range !== undefined) &&
    ranges.every(({ range, ends }) => {
      if (range === undefined) return true
      if (!isInterval(range)) return ends.every((end) => range.includes(String(end)))
      return ends.every((end) => Number(end) >= range[0] && Number(end) <= range[1])
    })
  )
}

/** A cell, for who does not see it. */
export function told({ x, y, value: metric }: HeatmapFigure, cell: HeatmapCell): string {
  const points = cell.points === 1 ? '1 point' : `${cell.points} points`
  return `${x} ${shownValue(cell.x)}, ${y} ${shownValue(cell.y)}: ${metric} ${shownNumber(cell.value)}, ${points}`
}
