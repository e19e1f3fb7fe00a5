import { useEffect, useState } from 'preact/hooks'

import { query, show } from '../../state/address.ts'
import { isInterval, select, selection, type Range } from '../../state/selection.ts'
import type { SweepDetail } from '../../state/sweep.ts'
import { shownNumber } from '../numbers.ts'

/** What is chosen of a sweep's trials: a condition that is typed, and what is brushed in plots. */
export function Filter({ sweep }: { readonly sweep: SweepDetail }) {
  const typed = query.value.get('where') ?? ''
  const [text, setText] = useState(typed)
  useEffect(() => {
    setText(typed)
  }, [typed])
  return (
    <form
      class="filter"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        show({ where: text.trim() })
      }}
    >
      <label for="where">Trials where</label>
      <input
        id="where"
        value={text}
        placeholder="depth >= 2 and val_accuracy > 0.95"
        list="columns"
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => {
          setText(event.currentTarget.value)
        }}
      />
      <datalist id="columns">
        {sweep.columns.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit">Choose</button>
      {[...selection.value].map(([column, range]) => (
        <button
          key={column}
          type="button"
          class="chip"
          onClick={() => {
            select({ [column]: undefined })
          }}
        >
          <span class="hidden">Let go of </span>
          {column} {described(range)} <span aria-hidden="true">×</span>
        </button>
      ))}
      {typed === '' && selection.value.size === 0 ? null : (
        <button
          type="button"
          onClick={() => {
            show({ where: null, select: null })
          }}
        >
          All trials
        </button>
      )}
    </form>
  )
}

function described(range: Range): string {
  if (!isInterval(range)) return range.join(', ')
  return [...new Set(range.map(shownNumber))].join(' – ')
}
