import { useEffect, useRef, useState } from 'preact/hooks'

import { varyingColumns } from '../../../src/figures/column.ts'
import type { TrialTable } from '../../../src/figures/trial-table.ts'
import { go, query, show } from '../../state/address.ts'
import { get, withQuery } from '../../state/api.ts'
import { chosen } from '../../state/selection.ts'
import { useData } from '../../state/use-data.ts'
import { useRows } from '../../state/use-rows.ts'
import { Choose } from '../choose.tsx'
import { shownValue } from '../numbers.ts'
import { Panel } from '../panel.tsx'
import { sweepPath, type Seen } from './seen.ts'

/** Rows that are asked for at once. */
const block = 200

type Row = TrialTable['rows'][number]

/** The chosen trials, or points of several seeds, in any order: the server sorts, and sends the rows in sight. */
export function Trials({ sweep, endings, trials }: Seen & { readonly trials: number }) {
  const sort = query.value.get('sort') ?? undefined
  const descending = query.value.get('desc') === '1'
  const isRepeated = sweep.repeat > 1
  const shown = query.value.get('group') ?? ''
  const rowsOf = isRepeated && shown !== 'trial' ? 'point' : 'trial'
  const group = shown === 'trial' ? '' : shown
  const columns = query.value.get('columns') ?? undefined
  const ask = (offset: number) =>
    withQuery(sweepPath(sweep, 'trials'), {
      ...{ where: chosen.value, sort, columns, group, rows: rowsOf, offset, limit: block },
      descending: descending ? 'true' : undefined,
    })
  const path = ask(0)
  const data = useData<TrialTable>(path, `${endings} ${trials}`)
  const rows = useBlocks(data.value, path, ask)
  const scroller = useRef<HTMLDivElement>(null)
  const total = data.value?.total ?? 0
  const seen = useRows(total, scroller)
  useEffect(() => {
    rows.need(seen.first, seen.end)
  })
  const names = data.value?.columns ?? []
  const controls = (
    <>
      <Choose
        label="a row a"
        value={shown}
        none={isRepeated ? 'point' : 'trial'}
        names={[...(isRepeated ? ['trial'] : []), ...varyingColumns(sweep.columns)]}
        onChange={(name) => {
          show({ group: name, sort: null, desc: null })
        }}
      />
      <details class="columns">
        <summary>Columns</summary>
        <fieldset>
          <legend class="hidden">Columns to show</legend>
          {sweep.columns.map(({ name }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={names.includes(name)}
                onChange={(event) => {
                  const next = event.currentTarget.checked ? [...names, name] : names.filter((each) => each !== name)
                  show({ columns: next.join(',') })
                }}
              />
              {name}
            </label>
          ))}
        </fieldset>
      </details>
    </>
  )
  return (
    <Panel
      title={
        group === ''
          ? `${rowsOf === 'point' ? 'Points' : 'Trials'}: ${total.toLocaleString('en')}`
          : `Trials by ${group}`
      }
      controls={controls}
      data={data}
      isWide
    >
      <div class="scroll tall" ref={scroller} tabIndex={0} role="region" aria-label="Rows of trials">
        <table class="rows" aria-rowcount={total}>
          <thead>
            <tr>
              {names.map((name) => (
                <th
                  key={name}
                  scope="col"
                  aria-sort={sort === name ? (descending ? 'descending' : 'ascending') : 'none'}
                >
                  <button
                    type="button"
                    onClick={() => {
                      show({ sort: name, desc: sort === name && !descending ? '1' : null })
                    }}
                  >
                    {name}
                    <span aria-hidden="true">{sort === name ? (descending ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr class="space" style={{ height: `${seen.above}px` }} aria-hidden="true" />
            {Array.from({ length: Math.max(0, Math.min(seen.end, total) - seen.first) }, (_, k) => {
              const place = seen.first + k
              return <TableRow key={place} row={rows.at(place)} place={place} names={names} isGroup={group !== ''} />
            })}
            <tr class="space" style={{ height: `${seen.below}px` }} aria-hidden="true" />
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

interface RowProps {
  readonly row: Row | undefined
  readonly place: number
  readonly names: readonly string[]
  readonly isGroup: boolean
}

function TableRow({ row, place, names, isGroup }: RowProps) {
  const trial = isGroup ? undefined : row?.[names.indexOf('trial_id')]
  return (
    <tr
      aria-rowindex={place + 1}
      onDblClick={() => {
        if (trial !== undefined) go(`/trials/${trial}`)
      }}
    >
      {names.map((name, k) => {
        const value = row?.[k]
        if (row === undefined) return <td key={name}>…</td>
        if (name === 'trial_id' && !isGroup) {
          return (
            <th key={name} scope="row">
              <a href={`/trials/${value}`}>{value}</a>
            </th>
          )
        }
        if (name === 'state') {
          return (
            <td key={name}>
              <span class={`state ${value}`}>{value}</span>
            </td>
          )
        }
        return (
          <td key={name} class={typeof value === 'number' ? 'number' : undefined}>
            {shownValue(value)}
          </td>
        )
      })}
    </tr>
  )
}

/** Rows in blocks: the first one is read again when trials have ended, the others when they come into sight. */
function useBlocks(table: TrialTable | undefined, path: string, ask: (offset: number) => string) {
  const [blocks, setBlocks] = useState<ReadonlyMap<number, readonly Row[]>>(new Map())
  const asked = useRef(new Set<number>())
  useEffect(() => {
    asked.current = new Set([0])
    setBlocks(new Map(table === undefined ? [] : [[0, table.rows]]))
  }, [table, path])
  return {
    at: (place: number): Row | undefined => blocks.get(Math.floor(place / block))?.[place % block],
    need: (first: number, end: number) => {
      if (table === undefined) return
      for (let k = Math.floor(first / block); k * block < Math.min(end, table.total); k++) {
        if (asked.current.has(k)) continue
        const generation = asked.current
        generation.add(k)
        get<TrialTable>(ask(k * block))
          .then(({ rows }) => {
            if (asked.current === generation) setBlocks((before) => new Map([...before, [k, rows]]))
          })
          .catch(() => generation.delete(k))
      }
    },
  }
}
