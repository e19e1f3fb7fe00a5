import { useEffect, useState } from 'preact/hooks'

import type { TrialRecord } from '../../src/figures/trial-record.ts'
import { Artifacts } from '../parts/trial/artifacts.tsx'
import { Attempts } from '../parts/trial/attempts.tsx'
import { Confusion } from '../parts/trial/confusion.tsx'
import { Facts } from '../parts/trial/facts.tsx'
import { Follow } from '../parts/trial/follow.tsx'
import { Layers } from '../parts/trial/layers.tsx'
import { Metrics } from '../parts/trial/metrics.tsx'
import { Relations } from '../parts/trial/relations.tsx'
import { Timing } from '../parts/trial/timing.tsx'
import { TrainOn } from '../parts/trial/train-on.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { useData } from '../state/use-data.ts'
import './trial.css'

/** All that is on record of one trial; live while it is trained. */
export function Trial({ id }: { readonly id: number }) {
  const [version, setVersion] = useState(0)
  const [changes, setChanges] = useState(0)
  const { value: trial, error } = useData<TrialRecord>(`/trials/${id}`, version, changes)
  const onChange = () => {
    setChanges((before) => before + 1)
  }
  useEffect(() => {
    document.title = `Trial ${id} – swath`
  }, [id])
  if (trial === undefined) {
    return error === undefined ? <p class="empty">Reading trial {id} …</p> : <Trouble error={error} />
  }
  const { sweep, number, state, artifacts } = trial
  const hasModel = artifacts.some(({ kind }) => kind !== 'folder')
  const hasEnded = state !== 'queued' && state !== 'running'
  const isTrained = hasModel && hasEnded
  // What was worked out is of these.
  const weights = artifacts.at(-1)?.id
  return (
    <div class="trial">
      <header class="title">
        <div>
          <h1>
            Trial {id} <span class={`state ${state}`}>{state}</span>
          </h1>
          <p class="facts">
            number {number} of <a href={`/sweeps/${encodeURIComponent(sweep)}`}>{sweep}</a>
            {hasEnded && changes === 0 ? null : (
              <Follow
                sweep={sweep}
                trial={id}
                onNews={() => {
                  setVersion((before) => before + 1)
                }}
                onEnd={onChange}
              />
            )}
          </p>
          {trial.stop_reason === null ? null : <p>{trial.stop_reason}</p>}
          {trial.error === null ? null : <p class="trouble">{trial.error}</p>}
          <Relations trial={trial} />
        </div>
        <div class="actions">
          {hasModel ? (
            <a class="button" href={`/digits?model=${id}`}>
              Draw for it
            </a>
          ) : null}
          <a class="button" href={`/new?trial=${id}`}>
            Run again with…
          </a>
          <TrainOn trial={trial} onStart={onChange} />
        </div>
      </header>
      {error === undefined ? null : <Trouble error={error} />}
      <Metrics trial={trial} />
      <div class="panels">
        <Facts trial={trial} />
        <div class="stack">
          <Timing trial={trial} />
          <Attempts trial={trial} />
        </div>
        <div class="stack">
          {isTrained ? <Layers key={weights} trial={id} /> : null}
          <Artifacts trial={trial} />
        </div>
        {isTrained ? <Confusion key={weights} trial={id} /> : null}
      </div>
    </div>
  )
}
