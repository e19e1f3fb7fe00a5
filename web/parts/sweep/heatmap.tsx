import { useCallback } from 'preact/hooks'

import type { HeatmapFigure } from '../../../src/figures/heatmap.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { heatmapPlot } from '../../../src/plots/heatmap.ts'
import { query, show } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { metricOf, numbersOf, varyingOf } from '../../state/sweep.ts'
import { useData } from '../../state/use-data.ts'
import { Choose } from '../choose.tsx'
import { Drawing } from '../drawing.tsx'
import { Panel } from '../panel.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** The mean of a metric over two parameters. */
export function Heatmap({ sweep, endings }: Seen) {
  const varying = varyingOf(sweep)
  const x = query.value.get('hx') ?? varying.find((name) => name === 'depth') ?? varying[0] ?? ''
  const y =
    query.value.get('hy') ?? varying.find((name) => name === 'width') ?? varying.find((name) => name !== x) ?? ''
  const value = query.value.get('hv') ?? metricOf(sweep)
  const path =
    x === '' || y === '' || value === ''
      ? null
      : withQuery(sweepPath(sweep, 'heatmap'), { x, y, value, where: chosen.value })
  const data = useData<HeatmapFigure>(path, endings)
  const figure = data.value
  const draw = useCallback(
    (frame: Frame) => (figure === undefined ? { title: '', parts: [] } : heatmapPlot(figure, frame)),
    [figure],
  )
  if (varying.length < 2) return null
  const controls = (
    <>
      <Choose
        label="of"
        value={value}
        names={numbersOf(sweep)}
        onChange={(name) => {
          show({ hv: name })
        }}
      />
      <Choose
        label="by"
        value={x}
        names={varying}
        onChange={(name) => {
          show({ hx: name })
        }}
      />
      <Choose
        label="and"
        value={y}
        names={varying}
        onChange={(name) => {
          show({ hy: name })
        }}
      />
    </>
  )
  return (
    <Panel title="Two parameters" controls={controls} data={data}>
      {figure === undefined || figure.cells.length === 0 ? (
        <p class="empty">No trial has completed yet.</p>
      ) : (
        <Drawing draw={draw} height={320} label={`the mean of ${value} by ${x} and ${y}`} />
      )}
    </Panel>
  )
}
