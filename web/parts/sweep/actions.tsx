import { useState } from 'preact/hooks'

import { post, withQuery } from '../../state/api.ts'
import type { SweepDetail } from '../../state/sweep.ts'
import { Trouble } from '../trouble.tsx'
import { Enqueue } from './enqueue.tsx'
import { sweepPath } from './seen.ts'

interface Props {
  readonly sweep: SweepDetail
  readonly isRunning: boolean
  /** Trials that a resumed sweep would train. */
  readonly left: number
}

/** What can be done with a sweep: the calls that the command line makes. */
export function Actions({ sweep, isRunning, left }: Props) {
  const [error, setError] = useState<Error | undefined>()
  const [isBusy, setBusy] = useState(false)
  const act = (what: 'cancel' | 'resume', query: { readonly acceptProgram?: boolean } = {}) => {
    setBusy(true)
    setError(undefined)
    post(withQuery(sweepPath(sweep, what), query))
      .catch((thrown: unknown) => {
        setError(thrown as Error)
      })
      .finally(() => {
        setBusy(false)
      })
  }
  return (
    <div class="actions">
      {isRunning ? (
        <button
          type="button"
          disabled={isBusy}
          onClick={() => {
            act('cancel')
          }}
        >
          Cancel
        </button>
      ) : left > 0 ? (
        <button
          type="button"
          disabled={isBusy}
          onClick={() => {
            act('resume')
          }}
        >
          Resume
        </button>
      ) : null}
      <Enqueue sweep={sweep} />
      <a class="button" href={`/new?from=${encodeURIComponent(sweep.name)}`}>
        Run again with…
      </a>
      {error === undefined ? null : (
        <Trouble
          error={error}
          onAcceptProgram={() => {
            act('resume', { acceptProgram: true })
          }}
        />
      )}
    </div>
  )
}
