import { useRef } from 'preact/hooks'

import { varyingColumns } from '../../../src/figures/column.ts'
import type { HeatmapFigure } from '../../../src/figures/heatmap.ts'
import { heatmapAxes, heatmapPlot } from '../../../src/plots/heatmap.ts'
import { query } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen, select, selection } from '../../state/selection.ts'
import { metricOf, numbersOf } from '../../state/sweep.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { CellGrid } from '../cell-grid.ts'
import { selectCells, type CellCursor } from '../select-cells.ts'
import { isSelected, rangeOf, told } from './cell-choice.ts'
import { FigurePanel } from './figure.tsx'
import { ShownChoice } from './shown-choice.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** The mean of a metric over two parameters. */
export function Heatmap({ sweep, endings }: Seen) {
  const varying = varyingColumns(sweep.columns)
  const x = query.value.get('hx') ?? varying.find((name) => name === 'depth') ?? varying[0] ?? ''
  const y =
    query.value.get('hy') ?? varying.find((name) => name === 'width') ?? varying.find((name) => name !== x) ?? ''
  const value = query.value.get('hv') ?? metricOf(sweep)
  const path =
    x === '' || y === '' || value === ''
      ? null
      : withQuery(sweepPath(sweep, 'heatmap'), { x, y, value, where: chosen.value })
  const data = useSeenData<HeatmapFigure>(path, endings)
  const cursor = useRef<CellCursor>({ at: undefined, from: undefined })
  if (varying.length < 2) return null
  return (
    <FigurePanel
      title="Two parameters"
      controls={
        <>
          <ShownChoice part="hv" label="of" value={value} names={numbersOf(sweep)} />
          <ShownChoice part="hx" label="by" value={x} names={varying} />
          <ShownChoice part="hy" label="and" value={y} names={varying} />
        </>
      }
      data={data}
      look={JSON.stringify([...selection.value])}
      hasParts
      onDrawn={(plot) => {
        if (data.value === undefined) return
        const figure = data.value
        const cells = figure.cells.map((cell) => ({
          ...cell,
          isSelected: isSelected(figure, cell),
          told: told(figure, cell),
        }))
        selectCells(plot, new CellGrid(cells, heatmapAxes(figure)), {
          label: `Cells of ${figure.x} and ${figure.y}`,
          cursor: cursor.current,
          onSelect: (chosenCells) => {
            // The same ones once more: they are let go.
            const isAgain = cells.every((cell) => cell.isSelected === chosenCells.includes(cell))
            const taken = isAgain ? [] : chosenCells
            select({ [figure.x]: rangeOf(taken, 'x'), [figure.y]: rangeOf(taken, 'y') })
          },
        })
      }}
      drawn={(figure) =>
        figure.cells.length === 0
          ? undefined
          : {
              draw: (frame) => heatmapPlot(figure, frame),
              height: 320,
              label: `the mean of ${figure.value} by ${figure.x} and ${figure.y}`,
              note: 'Click on a cell or draw over several to choose their trials; once more lets them go.',
            }
      }
      empty="No trial has completed yet."
    />
  )
}
