import type { ParallelFigure } from '../../../src/figures/parallel.ts'
import { parallelPlot } from '../../../src/plots/parallel.ts'
import { withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { goalOf, metricOf, varyingOf } from '../../state/sweep.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { FigurePanel } from './figure.tsx'
import { sweepPath, type Seen } from './seen.ts'

const mostAxes = 8

/** A line a trial through its parameters to what it came to. */
export function Parallel({ sweep, endings }: Seen) {
  const metric = metricOf(sweep)
  const axes = [...varyingOf(sweep).slice(0, mostAxes), metric]
  const path =
    metric === '' || axes.length < 2
      ? null
      : withQuery(sweepPath(sweep, 'parallel'), {
          ...{ axes: axes.join(','), goal: goalOf(sweep, metric), where: chosen.value },
        })
  return (
    <FigurePanel
      title="Parameters"
      data={useSeenData<ParallelFigure>(path, endings)}
      drawn={(figure) =>
        figure.lines.length === 0
          ? undefined
          : {
              draw: (frame) => parallelPlot(figure, frame),
              height: 320,
              label: `${figure.lines.length} trials through ${axes.join(', ')}`,
            }
      }
      empty="No trial has completed yet."
    />
  )
}
