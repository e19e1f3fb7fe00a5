import type { TrialRecord } from '../../../src/figures/trial-record.ts'

/** What a trial was taught from, and what came of teaching it. */
export function Relations({ trial }: { readonly trial: TrialRecord }) {
  const { parent_id, children, id } = trial
  const lesson = lessonOf(trial)
  if (parent_id === null && children.length === 0) return null
  return (
    <p class="relations">
      {parent_id === null ? null : (
        <>
          Taught from <a href={`/trials/${parent_id}`}>trial {parent_id}</a>
          {lesson === undefined ? null : ` what a ${lesson.label} is, in ${lesson.steps} steps`}
          {lesson?.anchor === true ? ' with old examples' : ''} (
          <a href={`/digits?model=${id}&with=${parent_id}`}>side by side</a>).{' '}
        </>
      )}
      {children.length === 0 ? null : (
        <>
          Taught further:{' '}
          {children.map((child, k) => (
            <span key={child}>
              {k === 0 ? '' : ', '}
              <a href={`/trials/${child}`}>trial {child}</a>
            </span>
          ))}
          .
        </>
      )}
    </p>
  )
}

interface Lesson {
  readonly label: string
  readonly steps: number
  readonly anchor: boolean
}

function lessonOf({ events }: TrialRecord): Lesson | undefined {
  const detail = events.find(({ kind }) => kind === 'retrained')?.detail
  return detail == null ? undefined : (JSON.parse(detail) as Lesson)
}
