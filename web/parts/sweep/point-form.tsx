import { useEffect, useRef, useState } from 'preact/hooks'

import type { SweepSpace } from '../../../src/figures/sweep-space.ts'
import { enqueuePoint, isFixed, pointOf, type Enqueued, type Refused, type Typed } from '../../state/point.ts'
import { PointInput } from './point-input.tsx'

interface Props {
  readonly space: SweepSpace
  /** Of the sweep's points. */
  readonly path: string
  readonly onDone: (enqueued: Exclude<Enqueued, { readonly refused: Refused }>) => void
  readonly onCancel: () => void
}

const nothing: Refused = { at: {}, elsewhere: [] }

/** A point, a field a parameter; what is wrong with it stands where it was filled in. */
export function PointForm({ space, path, onDone, onCancel }: Props) {
  const [typed, setTyped] = useState<Typed>({})
  const [refused, setRefused] = useState(nothing)
  const [isBusy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { fields, mayLeaveOut } = space
  const fixed = fields.filter(isFixed)

  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [refused])

  const enqueue = async () => {
    const point = pointOf(fields, typed, mayLeaveOut)
    if (Object.keys(point).length === 0) {
      setRefused({
        at: {},
        elsewhere: ['Fill in one of them at least: a point that is all the method’s own comes by itself.'],
      })
      return
    }
    setBusy(true)
    try {
      const enqueued = await enqueuePoint(path, fields, point)
      if ('refused' in enqueued) setRefused(enqueued.refused)
      else onDone(enqueued)
    } catch (error) {
      setRefused({ at: {}, elsewhere: [(error as Error).message] })
    } finally {
      setBusy(false)
    }
  }

  return (
    <form
      ref={form}
      class="point"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) void enqueue()
      }}
    >
      <p class="note">
        {mayLeaveOut
          ? 'It is trained before all others. What is left empty the method fills in.'
          : 'Of a grid’s point nothing may be left out. One that waits comes before all others.'}
      </p>
      {fields
        .filter((field) => !isFixed(field))
        .map((field) => (
          <PointInput
            key={field.name}
            field={field}
            text={typed[field.name] ?? ''}
            empty={mayLeaveOut ? 'any' : 'choose'}
            mistake={refused.at[field.name]}
            onType={(text) => {
              setTyped((before) => ({ ...before, [field.name]: text }))
            }}
          />
        ))}
      {fixed.length === 0 ? null : (
        <p class="note">In every point: {fixed.map(({ name, range }) => `${name} ${range}`).join(', ')}.</p>
      )}
      {refused.elsewhere.map((message) => (
        <p key={message} class="trouble" role="alert">
          {message}
        </p>
      ))}
      <div class="actions">
        <button type="submit" class="main" aria-disabled={isBusy}>
          {isBusy ? 'Enqueueing …' : 'Enqueue'}
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  )
}
