import { useCallback } from 'preact/hooks'

import type { ParetoFigure, ParetoPoint } from '../../../src/figures/pareto.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { paretoPlot } from '../../../src/plots/pareto.ts'
import { go, query, show } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen, select } from '../../state/selection.ts'
import { goalOf, metricOf, numbersOf } from '../../state/sweep.ts'
import { useData } from '../../state/use-data.ts'
import { Choose } from '../choose.tsx'
import { Drawing } from '../drawing.tsx'
import { Panel } from '../panel.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** Completed trials over any two columns, and the front. */
export function Pareto({ sweep, endings }: Seen) {
  const numbers = numbersOf(sweep)
  const x = query.value.get('x') ?? sweep.axes.find(({ name }) => name !== metricOf(sweep))?.name ?? 'parameter_count'
  const y = query.value.get('y') ?? metricOf(sweep)
  const color = query.value.get('color') ?? ''
  const path =
    y === ''
      ? null
      : withQuery(sweepPath(sweep, 'pareto'), {
          ...{ x, y, color, where: chosen.value, xGoal: goalOf(sweep, x), yGoal: goalOf(sweep, y) },
        })
  const data = useData<ParetoFigure>(path, endings)
  const figure = data.value
  const draw = useCallback((frame: Frame) => (figure === undefined ? nothing : paretoPlot(figure, frame)), [figure])
  const controls = (
    <>
      <Choose
        label="over"
        value={x}
        names={numbers}
        onChange={(name) => {
          show({ x: name })
        }}
      />
      <Choose
        label="of"
        value={y}
        names={numbers}
        onChange={(name) => {
          show({ y: name })
        }}
      />
      <Choose
        label="colour"
        value={color}
        none="none"
        names={sweep.columns.filter(({ varies }) => varies).map(({ name }) => name)}
        onChange={(name) => {
          show({ color: name })
        }}
      />
    </>
  )
  return (
    <Panel title="Trade-off" controls={controls} data={data}>
      {figure === undefined || figure.points.length === 0 ? (
        <p class="empty">No trial has completed yet.</p>
      ) : (
        <Drawing
          draw={draw}
          height={360}
          label={`${y} over ${x} of ${figure.trials} trials, ${figure.points.filter((point) => point.isOnFront).length} of them on the front`}
          onBrush={(area) => {
            select({ [x]: area?.x, [y]: area?.y })
          }}
          onClick={(datum) => {
            go(`/trials/${(datum as ParetoPoint).trial}`)
          }}
        />
      )}
    </Panel>
  )
}

const nothing = { title: '', parts: [] }
