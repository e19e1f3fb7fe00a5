import type { ParallelFigure } from '../figures/parallel.ts'
import { formatRounded } from '../report/format.ts'
import { shareOf, valueAt } from '../report/share.ts'
import { spansDecades } from './axis.ts'

/** Values on an axis: from and to, or some of its names. */
export type AxisRange = readonly [number, number] | readonly string[]

/** From one place on an axis to a higher one. */
export type Span = readonly [number, number]

/** Where a value of an axis stands, from 0 at the bottom to 1 at the top. */
interface AxisScale {
  readonly name: string
  readonly place: (value: number | string | null) => number | undefined
  /** The values between two places; of names never none: the nearest ones count. */
  readonly rangeIn: (span: Span) => AxisRange
  /** Where values are; undefined for a range of another kind. */
  readonly spanOf: (range: AxisRange) => Span | undefined
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

/** Each axis has a scale of its own: numbers by size or by their logarithm, names in a row. */
export function parallelScales({ axes, lines }: ParallelFigure, { digits = 3 } = {}): AxisScale[] {
  return axes.map(({ name, isNumber, extent }, k) => {
    if (!isNumber) return nameScale(name, extent.map(String))
    const drawn = lines.map((line) => line.values[k]).filter((value) => typeof value === 'number')
    return numberScale(name, extent.map(Number), { drawn, digits })
  })
}

function numberScale(
  name: string,
  [least = 0, greatest = 1]: readonly number[],
  { drawn, digits }: { readonly drawn: readonly number[]; readonly digits: number },
): AxisScale {
  const isLog = spansDecades([least, ...drawn, greatest])
  const by = isLog ? Math.log : (value: number) => value
  const back = isLog ? Math.exp : (value: number) => value
  const bounds = [by(least), by(greatest)] as const
  const place = (value: number) => shareOf(by(value), bounds)
  // The bounds are values that trials have: no rounding may move them.
  const at = (share: number) => (share <= 0 ? least : share >= 1 ? greatest : back(valueAt(share, bounds)))
  const distinct = [...new Set([least, ...drawn, greatest])].sort((a, b) => a - b)
  const isFew = distinct.length <= 8
  const marked = isFew ? distinct : [0, 0.25, 0.5, 0.75, 1].map(at)
  return {
    name,
    place: (value) => (typeof value === 'number' ? place(value) : undefined),
    rangeIn: ([low, high]) => [at(low), at(high)],
    spanOf: ([low, high]) =>
      typeof low === 'number' && typeof high === 'number' ? [inside(place(low)), inside(place(high))] : undefined,
    ticks: marked.map((value) => ({ place: place(value), text: shortest(value, isFew ? digits + 1 : digits) })),
  }
}

function nameScale(name: string, names: readonly string[]): AxisScale {
  const last = names.length - 1
  const placeAt = (k: number) => (last > 0 ? k / last : 0.5)
  const indexAt = (place: number) => Math.round(inside(place) * last)
  const place = (value: number | string | null) => {
    const k = value === null ? -1 : names.indexOf(String(value))
    return k < 0 ? undefined : placeAt(k)
  }
  return {
    ...{ name, place },
    rangeIn: ([low, high]) => names.slice(indexAt(low), indexAt(high) + 1),
    spanOf: (range) => {
      const places = range.map(place).filter((each) => each !== undefined)
      return places.length === 0 ? undefined : [Math.min(...places), Math.max(...places)]
    },
    ticks: names.slice(0, 12).map((text, k) => ({ place: placeAt(k), text })),
  }
}

function shortest(value: number, digits: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return String(value)
  const [plain, power] = [formatRounded(value, digits), value.toExponential(digits - 1)]
  return power.length < plain.length ? power : plain
}

/** Below 0 and not a number (of which no logarithm is) at the bottom, above 1 at the top. */
function inside(place: number): number {
  return place > 0 ? Math.min(place, 1) : 0
}
