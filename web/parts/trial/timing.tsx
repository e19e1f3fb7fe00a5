import type { TrialRecord } from '../../../src/figures/trial-record.ts'
import { shownNumber } from '../numbers.ts'
import { Panel } from '../panel.tsx'
import { phasesOf } from './phases.ts'

const phases = [
  ['waiting', 'waiting'],
  ['training', 'training'],
  ['rest', 'starting, evaluation, checkpoints'],
] as const

/** Where a trial's time went. */
export function Timing({ trial }: { readonly trial: TrialRecord }) {
  if (trial.attempts.length === 0) return null
  const seconds = phasesOf(trial, Date.now())
  const total = seconds.waiting + seconds.training + seconds.rest
  // A program that reports no `epoch_seconds` may train all the while.
  const told = phases.filter(([phase]) => seconds[phase] > 0)
  let at = 0
  return (
    <Panel title={`Time: ${shownSeconds(total)}`}>
      <svg class="timing" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        {phases.map(([phase]) => {
          const from = at
          const width = total === 0 ? 0 : (100 * seconds[phase]) / total
          at += width
          return <rect key={phase} class={phase} x={from} width={width} height="10" />
        })}
      </svg>
      <ul class="phases">
        {told.map(([phase, text]) => (
          <li key={phase} class={phase}>
            {text} <strong>{shownSeconds(seconds[phase])}</strong>
          </li>
        ))}
      </ul>
      <p class="note">
        {trial.started_at === null ? null : (
          <>
            begun <time dateTime={trial.started_at}>{new Date(trial.started_at).toLocaleString()}</time>
          </>
        )}
        {trial.finished_at === null ? null : (
          <>
            , ended <time dateTime={trial.finished_at}>{new Date(trial.finished_at).toLocaleString()}</time>
          </>
        )}
      </p>
    </Panel>
  )
}

function shownSeconds(seconds: number): string {
  if (seconds < 60) return `${shownNumber(Number(seconds.toPrecision(3)))} s`
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  return hours === 0 ? `${minutes} min ${Math.round(seconds % 60)} s` : `${hours} h ${minutes} min`
}
