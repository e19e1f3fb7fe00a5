import { useRef, useState } from 'preact/hooks'

import type { SweepSpace } from '../../../src/figures/sweep-space.ts'
import type { Enqueued, Refused } from '../../state/point.ts'
import type { SweepDetail } from '../../state/sweep.ts'
import { useData } from '../../state/use-data.ts'
import { Trouble } from '../trouble.tsx'
import { PointForm } from './point-form.tsx'
import { sweepPath } from './seen.ts'

/** A point of one's own for a sweep, in a form; what came of it is told beside the button. */
export function Enqueue({ sweep }: { readonly sweep: SweepDetail }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpen, setOpen] = useState(false)
  const [done, setDone] = useState<Exclude<Enqueued, { readonly refused: Refused }>>()
  const { value: space, error } = useData<SweepSpace>(isOpen ? sweepPath(sweep, 'space') : null)
  const close = () => dialog.current?.close()
  return (
    <>
      <button
        type="button"
        aria-haspopup="dialog"
        onClick={() => {
          setDone(undefined)
          setOpen(true)
          dialog.current?.showModal()
        }}
      >
        Enqueue a point…
      </button>
      <span role="status">
        {done === undefined ? null : done.trial === null ? (
          'The point is enqueued.'
        ) : (
          <>
            {done.isNew ? 'The point is ' : 'The point is there already: '}
            <a href={`/trials/${done.trial.id}`}>trial {done.trial.id}</a>
            {done.isNew ? '.' : `, ${done.trial.state}.`}
          </>
        )}
      </span>
      <dialog
        ref={dialog}
        aria-label="Enqueue a point"
        onClose={() => {
          setOpen(false)
        }}
      >
        <h2>Enqueue a point</h2>
        {error === undefined ? null : <Trouble error={error} />}
        {!isOpen ? null : space?.refusal === null ? (
          <PointForm
            space={space}
            path={sweepPath(sweep, 'points')}
            onDone={(enqueued) => {
              setDone(enqueued)
              close()
            }}
            onCancel={close}
          />
        ) : (
          <form method="dialog">
            <p>{space?.refusal ?? (error === undefined ? 'Reading what it may be …' : '')}</p>
            <button type="submit">Close</button>
          </form>
        )}
      </dialog>
    </>
  )
}
