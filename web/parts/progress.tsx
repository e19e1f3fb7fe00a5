import type { SweepSummary } from '../../src/figures/sweep-list.ts'

const states = ['completed', 'stopped', 'running', 'failed', 'cancelled'] as const

/** How many of a sweep's trials are in which state. */
export function Progress(progress: SweepSummary['progress']) {
  const { trials } = progress
  const told = [...states, 'queued' as const]
    .filter((state) => progress[state] > 0)
    .map((state) => `${progress[state]} ${state}`)
    .join(', ')
  let at = 0
  return (
    <span class="progress" role="img" aria-label={`${trials} trials: ${told}`} title={told}>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect class="queued" width="100" height="8" />
        {states.map((state) => {
          const width = trials === 0 ? 0 : (100 * progress[state]) / trials
          const from = at
          at += width
          return <rect key={state} class={state} x={from} width={width} height="8" />
        })}
      </svg>
      <span>
        {progress.completed + progress.stopped} of {trials}
      </span>
    </span>
  )
}
