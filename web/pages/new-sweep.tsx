import { useEffect, useMemo, useState } from 'preact/hooks'

import type { CheckedSweep } from '../../src/sweep/check-text.ts'
import { completeSweep, type JsonSchema } from '../parts/complete-sweep.ts'
import { Editor } from '../parts/lazy-editor.tsx'
import { Trouble } from '../parts/trouble.tsx'
import { go, query } from '../state/address.ts'
import { get, post } from '../state/api.ts'
import type { SweepDetail } from '../state/sweep.ts'
import { useData } from '../state/use-data.ts'

const example = `name: my-sweep
program: mlp
method: grid
dataset: { name: mnist }
metric: { name: val_accuracy, goal: maximize }
parameters:
  depth: { values: [1, 2] }
  width: { values: [64, 128] }
  epochs: { value: 2 }
`

/** Checking follows typing after a pause. */
const pauseMs = 250

/** Writes a sweep file, with its mistakes in place, and runs it. */
export function NewSweep() {
  const [text, setText] = useState(example)
  const [checked, setChecked] = useState<CheckedSweep | undefined>()
  const [error, setError] = useState<Error | undefined>()
  const [isStarting, setStarting] = useState(false)
  const { value: schema } = useData<JsonSchema>('/sweep-schema')
  const from = query.value.get('from')
  const trial = query.value.get('trial')

  useEffect(() => {
    document.title = 'New sweep – swath'
    const found =
      trial !== null
        ? get<{ source: string }>(`/trials/${trial}/file`)
        : from !== null
          ? get<SweepDetail>(`/sweeps/${encodeURIComponent(from)}`)
          : undefined
    found
      ?.then(({ source }) => {
        setText(source)
      })
      .catch((thrown: unknown) => {
        setError(thrown as Error)
      })
  }, [from, trial])

  useEffect(() => {
    let isOld = false
    const timer = setTimeout(() => {
      post<CheckedSweep>('/sweeps/check', { source: text })
        .then((found) => {
          if (!isOld) setChecked(found)
        })
        .catch((thrown: unknown) => {
          if (!isOld) setError(thrown as Error)
        })
    }, pauseMs)
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [text])

  const language = useMemo(
    () => (schema === undefined ? undefined : ({ kind: 'yaml', complete: completeSweep(schema) } as const)),
    [schema],
  )
  const mistakes = useMemo(() => checked?.mistakes ?? [], [checked])
  const start = (isNew: boolean, acceptProgram = false) => {
    setStarting(true)
    setError(undefined)
    post<{ sweep: string | null }>('/sweeps', { source: text, new: isNew, acceptProgram })
      .then(({ sweep }) => {
        go(sweep === null ? '/' : `/sweeps/${encodeURIComponent(sweep)}`)
      })
      .catch((thrown: unknown) => {
        setError(thrown as Error)
      })
      .finally(() => {
        setStarting(false)
      })
  }
  const isWrong = mistakes.length > 0
  return (
    <>
      <h1>New sweep</h1>
      <section class="panel" aria-label="Sweep file">
        {language === undefined ? null : (
          <Editor
            label="Sweep file"
            text={text}
            language={language}
            mistakes={mistakes}
            onChange={setText}
            onRun={() => {
              if (!isWrong) start(false)
            }}
          />
        )}
        <div role="status" aria-live="polite">
          {mistakes.map(({ line, column, message }) => (
            <p class="trouble" key={`${line}:${column}:${message}`}>
              Line {line}, column {column}: {message}
            </p>
          ))}
          {checked?.notes.map((note) => (
            <p class="note" key={note}>
              {note}
            </p>
          ))}
          {checked !== undefined && !isWrong ? (
            <p class="note">
              {checked.trials === null
                ? `${checked.name ?? ''} is planned as it goes.`
                : `${checked.name ?? ''} has ${checked.trials.toLocaleString('en')} trials.`}
            </p>
          ) : null}
        </div>
        {error === undefined ? null : (
          <Trouble
            error={error}
            onAcceptProgram={() => {
              start(false, true)
            }}
          />
        )}
        <div class="actions">
          <button
            type="button"
            class="main"
            disabled={isWrong || isStarting}
            onClick={() => {
              start(false)
            }}
          >
            {isStarting ? 'Starting …' : 'Run'}
          </button>
          <button
            type="button"
            disabled={isWrong || isStarting}
            onClick={() => {
              start(true)
            }}
          >
            Run as another sweep
          </button>
          <span class="note">Ctrl-Enter runs it. What is in the store under this name goes on.</span>
        </div>
      </section>
    </>
  )
}
