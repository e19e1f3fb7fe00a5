import { metricByEpoch } from '../../../src/figures/column.ts'
import type { CurvesFigure } from '../../../src/figures/curves.ts'
import { curvesPlot } from '../../../src/plots/curves.ts'
import { go, query, show } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { goalOf, metricOf, metricsOf } from '../../state/sweep.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { FigurePanel } from './figure.tsx'
import { ShownChoice } from './shown-choice.tsx'
import { sweepPath, type Seen } from './seen.ts'

const mostCurves = 100

/** How a metric goes, epoch by epoch. */
export function Curves({ sweep, version }: Seen) {
  const metric = query.value.get('curve') ?? metricByEpoch(sweep.columns, metricOf(sweep))
  const isLog = query.value.get('log') === '1'
  const smoothing = Number(query.value.get('smooth') ?? 0)
  const path = metricsOf(sweep).includes(metric)
    ? withQuery(sweepPath(sweep, 'curves'), {
        ...{ metric, goal: goalOf(sweep, metric), where: chosen.value, most: mostCurves },
      })
    : null
  return (
    <FigurePanel
      title="Learning curves"
      controls={
        <>
          <ShownChoice part="curve" label="metric" value={metric} names={metricsOf(sweep)} />
          <label class="choose">
            <input
              type="checkbox"
              checked={isLog}
              onChange={(event) => {
                show({ log: event.currentTarget.checked ? '1' : null })
              }}
            />
            <span>log</span>
          </label>
          <label class="choose">
            <span>smooth</span>
            <input
              type="range"
              min="0"
              max="0.95"
              step="0.05"
              value={smoothing}
              onInput={(event) => {
                show({ smooth: event.currentTarget.value === '0' ? null : event.currentTarget.value })
              }}
            />
          </label>
        </>
      }
      data={useSeenData<CurvesFigure>(path, version)}
      drawn={(figure) =>
        figure.curves.length === 0
          ? undefined
          : {
              draw: (frame) => curvesPlot(figure, frame, { isLog, smoothing }),
              height: 360,
              label: `${figure.metric} by epoch of ${figure.curves.length} trials`,
              ...(figure.trials > figure.curves.length && {
                note: `The ${figure.curves.length} that run or are best, of ${figure.trials.toLocaleString('en')}.`,
              }),
            }
      }
      look={`${isLog} ${smoothing}`}
      empty="Nothing has been reported yet."
      onClick={(datum) => {
        go(`/trials/${(datum as { trial: number }).trial}`)
      }}
    />
  )
}
