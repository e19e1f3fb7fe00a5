import type { AnalysisFigure } from '../../../src/figures/analysis.ts'
import { hypervolumePlot } from '../../../src/plots/hypervolume.ts'
import { importancePlot } from '../../../src/plots/importance.ts'
import { formatPercent } from '../../../src/report/format.ts'
import { useSeenData } from '../../state/use-seen-data.ts'
import { shownNumber } from '../numbers.ts'
import { FigurePanel } from './figure.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** Which parameters matter, and how the front came about. */
export function Analysis({ sweep, endings }: Seen) {
  const data = useSeenData<AnalysisFigure>(sweepPath(sweep, 'analysis'), endings)
  const { withoutObjective = 0, noneFeasible = false } = data.value ?? {}
  const names = sweep.objectives.map(({ name }) => name).join(' and ')
  return (
    <>
      {withoutObjective === 0 ? null : (
        <p class="note" role="status">
          {withoutObjective === 1
            ? '1 completed trial lacks'
            : `${withoutObjective.toLocaleString('en')} completed trials lack`}{' '}
          {names}: no figure counts {withoutObjective === 1 ? 'it' : 'them'}.
        </p>
      )}
      {noneFeasible ? (
        <p class="note" role="status">
          No point satisfies the constraints: the best point and the front ignore them.
        </p>
      ) : null}
      <FigurePanel
        title="What matters"
        data={data}
        drawn={({ importances: [first] }) =>
          first && {
            draw: (frame) => importancePlot(first, frame),
            height: 60 + 34 * first.parameters.length,
            label: first.parameters.map(({ name, importance }) => `${name} ${formatPercent(importance)}`).join(', '),
            note: `What the best ${first.best} of ${first.points} points by ${first.objective} have in common (PED-ANOVA).`,
          }
        }
        empty="Ten completed points say the first thing about it."
      />
      <FigurePanel
        title="Hypervolume"
        data={data}
        drawn={({ hypervolume, reference }) => {
          const last = hypervolume.at(-1)
          if (last === undefined) return undefined
          const limits = Object.entries(reference).map(([name, value]) => `${name} ${shownNumber(value)}`)
          return {
            draw: (frame) => hypervolumePlot(hypervolume, frame),
            height: 260,
            label: `the hypervolume after up to ${last.points} points`,
            note: `What the front is better than, up to ${limits.join(' and ')}.`,
          }
        }}
        empty="No trial has completed yet."
      />
    </>
  )
}
