import { computed } from '@preact/signals'

import type { AxisRange } from '../../src/plots/parallel-scales.ts'
import { query, show } from './address.ts'

/** Values of a column: from and to, or some of its names. */
export type Range = AxisRange

/** What is brushed, by column. It is in the address as `select=flops:1e4..5e4;optimizer:adam|sgd`. */
export const selection = computed<ReadonlyMap<string, Range>>(() => {
  const parts = (query.value.get('select') ?? '').split(';').filter((part) => part !== '')
  return new Map(
    parts.flatMap((part): [string, Range][] => {
      const at = part.lastIndexOf(':')
      const [column, text] = [part.slice(0, at), part.slice(at + 1)]
      const [from, to] = text.split('..').map(Number)
      if (from !== undefined && to !== undefined && Number.isFinite(from) && Number.isFinite(to)) {
        return [[column, [from, to]]]
      }
      return [[column, text.split('|').map(decodeURIComponent)]]
    }),
  )
})

/** Brushes some columns, or lets them go with undefined. */
export function select(changes: Readonly<Record<string, Range | undefined>>): void {
  const next = new Map(selection.value)
  for (const [column, range] of Object.entries(changes)) {
    if (range === undefined) next.delete(column)
    else next.set(column, range)
  }
  const text = [...next].map(([column, range]) => `${column}:${textOf(range)}`).join(';')
  show({ select: text === '' ? null : text })
}

export function isInterval(range: Range): range is readonly [number, number] {
  return range.length === 2 && typeof range[0] === 'number'
}

function textOf(range: Range): string {
  return isInterval(range)
    ? `${outward(range[0], -1)}..${outward(range[1], 1)}`
    : range.map((name) => encodeURIComponent(name)).join('|')
}

/** In six digits, and not past the value: what is at the end of a range is in it. */
function outward(value: number, way: 1 | -1): number {
  const near = Number(value.toPrecision(6))
  if ((near - value) * way >= 0) return near
  const step = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 5)
  return Number((near + way * step).toPrecision(6))
}

/** What is chosen, brushed and typed, as a condition in SQL: the same for every plot and the table. */
export const chosen = computed(() => {
  const typed = query.value.get('where') ?? ''
  const brushed = [...selection.value].map(([column, range]) => {
    const name = `"${column.replaceAll('"', '""')}"`
    if (isInterval(range)) return `${name} between ${range[0]} and ${range[1]}`
    return `cast(${name} as text) in (${range.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`
  })
  return [...(typed === '' ? [] : [`(${typed})`]), ...brushed].join(' and ')
})
