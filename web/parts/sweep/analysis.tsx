import { useCallback } from 'preact/hooks'

import type { AnalysisFigure } from '../../../src/figures/analysis.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { hypervolumePlot } from '../../../src/plots/hypervolume.ts'
import { importancePlot } from '../../../src/plots/importance.ts'
import { useData } from '../../state/use-data.ts'
import { Drawing } from '../drawing.tsx'
import { shownNumber } from '../numbers.ts'
import { Panel } from '../panel.tsx'
import { sweepPath, type Seen } from './seen.ts'

const nothing = { title: '', parts: [] }

/** Which parameters matter, and how the front came about. */
export function Analysis({ sweep, endings }: Seen) {
  const data = useData<AnalysisFigure>(sweepPath(sweep, 'analysis'), endings)
  const importances = data.value?.importances[0]
  const steps = data.value?.hypervolume ?? []
  const drawImportance = useCallback(
    (frame: Frame) => (importances === undefined ? nothing : importancePlot(importances, frame)),
    [importances],
  )
  const drawHypervolume = useCallback((frame: Frame) => hypervolumePlot(steps, frame), [data.value])
  const reference = Object.entries(data.value?.reference ?? {}).map(([name, value]) => `${name} ${shownNumber(value)}`)
  return (
    <>
      <Panel title="What matters" data={data}>
        {importances === undefined ? (
          <p class="empty">Ten completed points say the first thing about it.</p>
        ) : (
          <>
            <Drawing
              draw={drawImportance}
              height={60 + 34 * importances.parameters.length}
              label={importances.parameters
                .map(({ name, importance }) => `${name} ${(100 * importance).toFixed(1)} %`)
                .join(', ')}
            />
            <p class="note">
              What the best {importances.best} of {importances.points} points by {importances.objective} have in common
              (PED-ANOVA).
            </p>
          </>
        )}
      </Panel>
      <Panel title="Hypervolume" data={data}>
        {steps.length === 0 ? (
          <p class="empty">No trial has completed yet.</p>
        ) : (
          <>
            <Drawing
              draw={drawHypervolume}
              height={260}
              label={`the hypervolume after up to ${steps.at(-1)?.points} points`}
            />
            <p class="note">What the front is better than, up to {reference.join(' and ')}.</p>
          </>
        )}
      </Panel>
    </>
  )
}
