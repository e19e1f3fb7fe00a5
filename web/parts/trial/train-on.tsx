import { useState } from 'preact/hooks'

import type { TrialRecord } from '../../../src/figures/trial-record.ts'
import { post, withQuery } from '../../state/api.ts'
import { Trouble } from '../trouble.tsx'

interface Props {
  readonly trial: TrialRecord
  readonly onStart: () => void
}

const states: readonly TrialRecord['state'][] = ['stopped', 'failed', 'cancelled']

/** Trains a trial on that ended before its time: as `swath resume --trial`. */
export function TrainOn({ trial, onStart }: Props) {
  const [error, setError] = useState<Error | undefined>()
  const [isBusy, setBusy] = useState(false)
  const [epochs, setEpochs] = useState('')
  const { id, state, params, metrics } = trial
  if (!states.includes(state)) return null
  const trained = metrics.at(-1)?.epoch ?? 0
  const start = async (acceptProgram?: true) => {
    setBusy(true)
    setError(undefined)
    try {
      await post(withQuery(`/trials/${id}/resume`, { epochs, acceptProgram }))
      onStart()
    } catch (thrown) {
      setError(thrown as Error)
    }
    setBusy(false)
  }
  return (
    <form
      class="actions"
      onSubmit={(event) => {
        event.preventDefault()
        void start()
      }}
    >
      <label class="choose">
        <span>to epoch</span>
        <input
          type="number"
          min={trained + 1}
          step="1"
          value={epochs}
          placeholder={typeof params.epochs === 'number' ? String(params.epochs) : ''}
          onInput={({ currentTarget }) => {
            setEpochs(currentTarget.value)
          }}
        />
      </label>
      <button type="submit" class="main" disabled={isBusy}>
        {isBusy ? 'Starting …' : state === 'failed' ? 'Try again' : 'Train on'}
      </button>
      {error === undefined ? null : <Trouble error={error} onAcceptProgram={() => void start(true)} />}
    </form>
  )
}
