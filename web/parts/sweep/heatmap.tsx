import type { HeatmapFigure } from '../../../src/figures/heatmap.ts'
import { heatmapPlot } from '../../../src/plots/heatmap.ts'
import { query, show } from '../../state/address.ts'
import { withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { metricOf, numbersOf, varyingOf } from '../../state/sweep.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { Choose } from '../choose.tsx'
import { FigurePanel } from './figure.tsx'
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
  const data = useSeenData<HeatmapFigure>(path, endings)
  if (varying.length < 2) return null
  return (
    <FigurePanel
      title="Two parameters"
      controls={
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
      }
      data={data}
      drawn={(figure) =>
        figure.cells.length === 0
          ? undefined
          : {
              draw: (frame) => heatmapPlot(figure, frame),
              height: 320,
              label: `the mean of ${figure.value} by ${figure.x} and ${figure.y}`,
            }
      }
      empty="No trial has completed yet."
    />
  )
}
