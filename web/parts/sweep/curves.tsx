import { useCallback } from 'preact/hooks'

import type { CurvesFigure } from '../../../src/figures/curves.ts'
import { curvesPlot } from '../../../src/plots/curves.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { go, query, show } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { goalOf, metricOf, metricsOf } from '../../state/sweep.ts'
import { useData } from '../../state/use-data.ts'
import { Choose } from '../choose.tsx'
import { Drawing } from '../drawing.tsx'
import { Panel } from '../panel.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** How a metric goes, epoch by epoch. */
export function Curves({ sweep, version }: Seen) {
  const metric = query.value.get('curve') ?? (metricOf(sweep) === 'test_accuracy' ? 'val_accuracy' : metricOf(sweep))
  const isLog = query.value.get('log') === '1'
  const smoothing = Number(query.value.get('smooth') ?? 0)
  const path = metricsOf(sweep).includes(metric)
    ? withQuery(sweepPath(sweep, 'curves'), { metric, goal: goalOf(sweep, metric), where: chosen.value, most: 100 })
    : null
  const data = useData<CurvesFigure>(path, version)
  const figure = data.value
  const draw = useCallback(
    (frame: Frame) =>
      figure === undefined ? { title: '', parts: [] } : curvesPlot(figure, frame, { isLog, smoothing }),
    [figure, isLog, smoothing],
  )
  const controls = (
    <>
      <Choose
        label="metric"
        value={metric}
        names={metricsOf(sweep)}
        onChange={(name) => {
          show({ curve: name })
        }}
      />
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
  )
  return (
    <Panel title="Learning curves" controls={controls} data={data}>
      {figure === undefined || figure.curves.length === 0 ? (
        <p class="empty">Nothing has been reported yet.</p>
      ) : (
        <>
          <Drawing
            draw={draw}
            height={360}
            label={`${metric} by epoch of ${figure.curves.length} trials`}
            onClick={(datum) => {
              go(`/trials/${(datum as { trial: number }).trial}`)
            }}
          />
          {figure.trials > figure.curves.length ? (
            <p class="note">
              The {figure.curves.length} that run or are best, of {figure.trials}.
            </p>
          ) : null}
        </>
      )}
    </Panel>
  )
}
