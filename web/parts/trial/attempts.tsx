import type { AttemptRecord, TrialRecord } from '../../../src/figures/trial-record.ts'
import { Panel } from '../panel.tsx'

/** What a command said last tells most. */
const shownLines = 40

/** Each time that a trial was trained, and how that ended. */
export function Attempts({ trial }: { readonly trial: TrialRecord }) {
  const warnings = trial.events.filter(({ kind }) => kind !== 'retrained')
  const hashes = new Set(trial.attempts.map(({ program_sha256 }) => program_sha256))
  return (
    <Panel title={trial.attempts.length === 1 ? 'One attempt' : `${trial.attempts.length} attempts`}>
      {trial.attempts.length === 0 ? <p class="empty">It waits to be trained.</p> : null}
      <ol class="attempts">
        {trial.attempts.map((attempt) => (
          <Attempt key={attempt.attempt} {...attempt} namesProgram={hashes.size > 1} />
        ))}
      </ol>
      {warnings.length === 0 ? null : (
        <ul class="events">
          {warnings.map(({ at, kind, detail }, k) => (
            <li key={k}>
              <time dateTime={at}>{new Date(at).toLocaleTimeString()}</time> {kind}: {detail}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

interface AttemptProps extends AttemptRecord {
  /** True where the trial's attempts ran several versions. */
  readonly namesProgram: boolean
}

function Attempt({ state, host, worker, resumed_epoch, started_at, finished_at, ...how }: AttemptProps) {
  const { error, stack, exit_code, signal, program_sha256, namesProgram } = how
  const lines = stack?.trimEnd().split('\n') ?? []
  const end = signal ?? (exit_code === null ? undefined : `exit code ${exit_code}`)
  return (
    <li>
      <span class={`state ${state}`}>{state}</span>
      {resumed_epoch === 0 ? null : `, from epoch ${resumed_epoch}`}
      {end === undefined ? null : `, ${end}`}
      {namesProgram && program_sha256 !== null ? `, program ${program_sha256.slice(0, 7)}` : null}
      <span class="note">
        {' '}
        worker {worker} on {host}, <time dateTime={started_at}>{new Date(started_at).toLocaleTimeString()}</time>
        {finished_at === null ? null : (
          <>
            {' '}
            to <time dateTime={finished_at}>{new Date(finished_at).toLocaleTimeString()}</time>
          </>
        )}
      </span>
      {error === null ? null : <p class="trouble">{error}</p>}
      {lines.length === 0 ? null : (
        <details>
          <summary>{end === undefined ? 'Stack' : 'The end of its stderr'}</summary>
          <pre tabIndex={0}>{lines.slice(-shownLines).join('\n')}</pre>
        </details>
      )}
    </li>
  )
}
