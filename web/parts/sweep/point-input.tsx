import { useId } from 'preact/hooks'

import type { PointField } from '../../../src/sweep/point-fields.ts'

interface Props {
  readonly field: PointField
  readonly text: string
  /** What it is while it is empty. */
  readonly empty: string
  readonly mistake: string | undefined
  readonly onType: (text: string) => void
}

/** A parameter of a point, with what it may be beside it. */
export function PointInput({ field: { name, choices, range, when }, text, empty, mistake, onType }: Props) {
  const id = useId()
  const there = when === null ? [] : [`only where ${when}`]
  const told = choices === null ? [range, ...there] : there
  const common = {
    ...{ id, value: text, 'aria-describedby': `${id}-told ${id}-mistake` },
    'aria-invalid': mistake !== undefined,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) => {
      onType(event.currentTarget.value)
    },
  }
  return (
    <div class="point-field">
      <label for={id}>{name}</label>
      {choices === null ? (
        <input {...common} inputMode="decimal" autocomplete="off" placeholder={empty} />
      ) : (
        <select {...common}>
          <option value="">{empty}</option>
          {choices.map((choice, k) => (
            <option key={k} value={String(k)}>
              {choice.text}
            </option>
          ))}
        </select>
      )}
      <span id={`${id}-told`} class="hint">
        {told.join(', ')}
      </span>
      <span id={`${id}-mistake`} class="trouble">
        {mistake}
      </span>
    </div>
  )
}
