import type { ParetoFigure, ParetoPoint } from '../../../src/figures/pareto.ts'
import { paretoPlot } from '../../../src/plots/pareto.ts'
import { go, query } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen, select } from '../../state/selection.ts'
import { goalOf, metricOf, numbersOf } from '../../state/sweep.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { brush } from '../brush.ts'
import { FigurePanel } from './figure.tsx'
import { ShownChoice } from './shown-choice.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** Points over any two columns, and the front. */
export function Pareto({ sweep, endings }: Seen) {
  const numbers = numbersOf(sweep)
  const x = query.value.get('x') ?? sweep.axes.find(({ name }) => name !== metricOf(sweep))?.name ?? 'number'
  const y = query.value.get('y') ?? metricOf(sweep)
  const color = query.value.get('color') ?? ''
  const path =
    y === ''
      ? null
      : withQuery(sweepPath(sweep, 'pareto'), {
          ...{ x, y, color, where: chosen.value, xGoal: goalOf(sweep, x), yGoal: goalOf(sweep, y) },
        })
  const varying = sweep.columns.filter(({ varies }) => varies).map(({ name }) => name)
  return (
    <FigurePanel
      title="Trade-off"
      controls={
        <>
          <ShownChoice part="x" label="over" value={x} names={numbers} />
          <ShownChoice part="y" label="of" value={y} names={numbers} />
          <ShownChoice part="color" label="colour" value={color} none="none" names={varying} />
        </>
      }
      data={useSeenData<ParetoFigure>(path, endings)}
      drawn={(figure) => {
        if (figure.points.length === 0) return undefined
        const front = figure.points.filter((point) => point.isOnFront).length
        const notes = [
          ...(figure.frontOver.length > 2 ? [`The front is over ${figure.frontOver.join(', ')}.`] : []),
          ...(figure.points.some((point) => !point.isFeasible) ? ['Hollow points violate a constraint.'] : []),
        ]
        return {
          draw: (frame) => paretoPlot(figure, frame),
          ...(notes.length > 0 && { note: notes.join(' ') }),
          height: 360,
          label: `${figure.y} over ${figure.x} of ${figure.total} points, ${front} of them on the front`,
        }
      }}
      empty="No trial has completed yet."
      onDrawn={(plot) => {
        brush(plot, (area) => {
          select({ [x]: area?.x, [y]: area?.y })
        })
      }}
      onClick={(datum) => {
        go(`/trials/${(datum as ParetoPoint).trial}`)
      }}
    />
  )
}
