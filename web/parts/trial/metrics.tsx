import { useMemo } from 'preact/hooks'

import type { CurvesFigure } from '../../../src/figures/curves.ts'
import type { TrialRecord } from '../../../src/figures/trial-record.ts'
import { curvesPlot } from '../../../src/plots/curves.ts'
import type { Frame } from '../../../src/plots/frame.ts'
import { Drawing } from '../drawing.tsx'
import { shownNumber } from '../numbers.ts'
import { Panel } from '../panel.tsx'

/** How each metric went, and what it came to. */
export function Metrics({ trial }: { readonly trial: TrialRecord }) {
  const figures = useMemo(() => figuresOf(trial), [trial])
  const curves = figures.filter(({ values }) => values.length > 1)
  return (
    <Panel title="Metrics" isWide>
      {figures.length === 0 ? <p class="empty">Nothing has been reported yet.</p> : null}
      <div class="curves">
        {curves.map(({ name, figure }) => (
          <Curve key={name} figure={figure} />
        ))}
      </div>
      {figures.length === 0 ? null : (
        <div class="scroll" tabIndex={0} role="region" aria-label="Metrics in numbers">
          <table class="rows">
            <thead>
              <tr>
                {['metric', 'last', 'epoch', 'least', 'greatest'].map((name) => (
                  <th key={name} scope="col" class={name === 'metric' ? undefined : 'number'}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {figures.map(({ name, epochs, values }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td class="number">{shownNumber(values.at(-1) ?? NaN)}</td>
                  <td class="number">{epochs.at(-1)}</td>
                  <td class="number">{shownNumber(values.reduce((a, b) => Math.min(a, b)))}</td>
                  <td class="number">{shownNumber(values.reduce((a, b) => Math.max(a, b)))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

const noSmoothing = { isLog: false, smoothing: 0 }

function Curve({ figure }: { readonly figure: CurvesFigure }) {
  const draw = useMemo(() => (frame: Frame) => curvesPlot(figure, frame, noSmoothing), [figure])
  return <Drawing draw={draw} height={190} label={`${figure.metric} by epoch`} />
}

function figuresOf({ id, state, metrics }: TrialRecord) {
  const names = [...new Set(metrics.map(({ name }) => name))]
  return names.map((name) => {
    const own = metrics.filter((metric) => metric.name === name)
    const [epochs, values] = [own.map(({ epoch }) => epoch), own.map(({ value }) => value)]
    const curve = { trial: id, state, label: `trial ${id}`, epochs, values }
    return { name, epochs, values, figure: { metric: name, curves: [curve], trials: 1 } }
  })
}
