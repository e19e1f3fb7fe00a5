import { useEffect, useRef, useState } from 'preact/hooks'

import { Lesson } from '../parts/digits/lesson.tsx'
import { ModelChoice } from '../parts/digits/model-choice.tsx'
import { ModelView } from '../parts/digits/model-view.tsx'
import { NoModels } from '../parts/digits/no-models.tsx'
import { Pad } from '../parts/digits/pad.tsx'
import { Taught } from '../parts/digits/taught.tsx'
import { lessonTold, verdictOf } from '../parts/digits/verdict.ts'
import { Trouble } from '../parts/trouble.tsx'
import { query, show } from '../state/address.ts'
import { groupsOf, type Model } from '../state/models.ts'
import type { Picture } from '../state/picture.ts'
import { useData } from '../state/use-data.ts'
import { usePrediction } from '../state/use-prediction.ts'
import { useTeaching } from '../state/use-teaching.ts'
import './digits.css'

/** The digit app: what trained models take a drawing for, and what becomes of one that is told better. */
export function Digits() {
  const [picture, setPicture] = useState<Picture | undefined>()
  const [lessons, setLessons] = useState(0)
  const [said, setSaid] = useState('')
  const choices = useRef<HTMLDivElement>(null)
  const { value: models, error } = useData<Model[]>('/models', lessons)
  const model = trialIn('model') ?? models?.[0]?.trial
  const other = trialIn('with')
  const first = usePrediction(model, picture)
  const second = usePrediction(other, picture)
  const teaching = useTeaching((taught, label) => {
    setLessons((count) => count + 1)
    setSaid(lessonTold(taught, label))
    use(taught.trial)
  })
  useEffect(() => {
    document.title = 'Digits – swath'
  }, [])

  if (models?.length === 0 && model === undefined) return <NoModels />
  const groups = groupsOf(models ?? [])
  const taught = teaching.taught?.trial === model ? teaching.taught : undefined
  const parent = taught?.parent ?? models?.find(({ trial }) => trial === model)?.parent ?? undefined
  const undo = () => {
    if (parent === undefined) return
    use(parent)
    setSaid(`Back to trial ${parent}, which is as it was. Trial ${model} is kept.`)
    // The button that had the focus is gone.
    choices.current?.querySelector('select')?.focus()
  }
  const beside = (
    <ModelChoice label="Beside it" groups={groups} value={other} none="no other model" onChange={compare} />
  )
  return (
    <>
      <h1>Digits</h1>
      {error === undefined ? null : <Trouble error={error} />}
      <p class="hidden" role="status">
        {said} {verdictOf(first, model, picture)} {verdictOf(second, other, picture)}
      </p>
      <div class={other === undefined ? 'digits' : 'digits two'}>
        <Pad
          picture={picture}
          onPicture={(next) => {
            setPicture(next)
            setSaid('')
          }}
        />
        {model === undefined ? null : (
          <ModelView place="view" trial={model} predicted={first}>
            <div ref={choices} class="choices">
              <ModelChoice label="Model" groups={groups} value={model} onChange={use} />
              {other === undefined ? beside : null}
              {parent === undefined || taught !== undefined ? null : (
                <button type="button" onClick={undo}>
                  Undo: back to trial {parent}
                </button>
              )}
            </div>
          </ModelView>
        )}
        {other === undefined ? null : (
          <ModelView place="other" trial={other} predicted={second}>
            <div class="choices">{beside}</div>
          </ModelView>
        )}
        {model === undefined ? null : (
          <section class="panel teach" aria-label="Teach it">
            <Lesson
              trial={model}
              classNames={first.value?.classes.map(({ name }) => name) ?? digits}
              label={picture === undefined ? undefined : first.value?.label}
              isBusy={teaching.isBusy}
              onTeach={(label, anchor) => {
                if (picture !== undefined) void teaching.teach(model, picture, label, anchor)
              }}
            />
            {teaching.error === undefined ? null : <Trouble error={teaching.error} />}
          </section>
        )}
      </div>
      {taught === undefined ? null : (
        <Taught
          taught={taught}
          label={teaching.label}
          onUndo={undo}
          onCompare={() => {
            compare(taught.parent)
          }}
        />
      )}
    </>
  )
}

const digits = Array.from({ length: 10 }, (_, digit) => String(digit))

function use(trial: number | undefined): void {
  show({ model: trial === undefined ? null : String(trial) })
}

function compare(trial: number | undefined): void {
  show({ with: trial === undefined ? null : String(trial) })
}

/** A trial in the address. */
function trialIn(name: string): number | undefined {
  const text = query.value.get(name) ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}
