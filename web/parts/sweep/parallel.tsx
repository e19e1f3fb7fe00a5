import { useCallback } from 'preact/hooks'

import type { ParallelFigure } from '../../../src/figures/parallel.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { parallelPlot } from '../../../src/plots/parallel.ts'
import { withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { goalOf, metricOf, varyingOf } from '../../state/sweep.ts'
import { useData } from '../../state/use-data.ts'
import { Drawing } from '../drawing.tsx'
import { Panel } from '../panel.tsx'
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
          axes: axes.join(','),
          goal: goalOf(sweep, metric),
          where: chosen.value,
        })
  const data = useData<ParallelFigure>(path, endings)
  const figure = data.value
  const draw = useCallback(
    (frame: Frame) => (figure === undefined ? { title: '', parts: [] } : parallelPlot(figure, frame)),
    [figure],
  )
  return (
    <Panel title="Parameters" data={data}>
      {figure === undefined || figure.lines.length === 0 ? (
        <p class="empty">No trial has completed yet.</p>
      ) : (
        <Drawing draw={draw} height={320} label={`${figure.lines.length} trials through ${axes.join(', ')}`} />
      )}
    </Panel>
  )
}
