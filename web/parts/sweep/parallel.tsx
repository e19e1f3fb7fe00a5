import { varyingColumns } from '../../../src/figures/column.ts'
import type { ParallelFigure } from '../../../src/figures/parallel.ts'
import { parallelPlot } from '../../../src/plots/parallel.ts'
import { parallelScales } from '../../../src/plots/parallel-scales.ts'
import { withQuery } from '../../state/api.ts'
import { chosen, select, selection } from '../../state/selection.ts'
import { goalOf, metricOf } from '../../state/sweep.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { brushAxes } from '../axis-brush.ts'
import { FigurePanel } from './figure.tsx'
import { sweepPath, type Seen } from './seen.ts'

const mostAxes = 8

/** A line a trial through its parameters to what it came to. */
export function Parallel({ sweep, endings }: Seen) {
  const metric = metricOf(sweep)
  const axes = [...varyingColumns(sweep.columns).slice(0, mostAxes), metric]
  const path =
    metric === '' || axes.length < 2
      ? null
      : withQuery(sweepPath(sweep, 'parallel'), {
          ...{ axes: axes.join(','), goal: goalOf(sweep, metric), where: chosen.value },
        })
  const data = useSeenData<ParallelFigure>(path, endings)
  const brushed = selection.value
  return (
    <FigurePanel
      title="Parameters"
      data={data}
      drawn={(figure) =>
        figure.lines.length === 0
          ? undefined
          : {
              draw: (frame) => parallelPlot(figure, frame),
              height: 320,
              label: `${Math.min(figure.points, figure.lines.length)} points through ${axes.join(', ')}`,
              note: 'Draw along an axis to choose trials; a click on it lets it go.',
            }
      }
      look={JSON.stringify([...brushed])}
      onDrawn={(plot) => {
        if (data.value === undefined) return
        const scales = parallelScales(data.value)
        const brushable = scales.map(({ name, spanOf }) => {
          const range = brushed.get(name)
          return { name, span: range === undefined ? undefined : spanOf(range) }
        })
        brushAxes(plot, brushable, (name, span) => {
          const scale = scales.find((each) => each.name === name)
          select({ [name]: span === undefined ? undefined : scale?.rangeIn(span) })
        })
      }}
      empty="No trial has completed yet."
    />
  )
}
