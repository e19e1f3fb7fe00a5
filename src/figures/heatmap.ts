import type { Choice } from './choice.ts'
import { quoted } from './sql-text.ts'

export interface HeatmapFigure {
  readonly x: string
  readonly y: string
  readonly value: string
  readonly cells: readonly HeatmapCell[]
}

export interface HeatmapCell {
  /** A value of the column or, where there are many, the middle of a part of its range. */
  readonly x: number | string
  readonly y: number | string
  /** The least and the greatest value of its points. */
  readonly xs: readonly [number | string, number | string]
  readonly ys: readonly [number | string, number | string]
  /** Mean over its chosen points; over all of its points if none is chosen. */
  readonly value: number
  /** Points that `value` is the mean of. */
  readonly points: number
  readonly isChosen: boolean
}

/** A column with more numbers than this is cut into so many parts. */
const mostParts = 12

/** Returns the mean of a metric over two columns. What is chosen changes no cell's place. */
export async function heatmapFigure(
  choice: Choice,
  { x, y, value }: { readonly x: string; readonly y: string; readonly value: string },
): Promise<HeatmapFigure> {
  choice.column(value)
  const [across, down] = [await partsOf(choice, x), await partsOf(choice, y)]
  const rows = await choice.ask(`
    with points as (
      select ${across} as a, ${down} as b, ${quoted(x)} as x, ${quoted(y)} as y, ${quoted(value)} as v,
        case when ${choice.isChosen} then 1 else 0 end as chosen
      from ${choice.points}
      where seeds > 0 and ${quoted(value)} is not null and ${quoted(x)} is not null and ${quoted(y)} is not null
    )
    select a, b, min(x), max(x), min(y), max(y), avg(v), count(*), avg(case chosen when 1 then v end), sum(chosen)
    from points
    group by 1, 2 order by 1, 2`)
  return {
    ...{ x, y, value },
    cells: rows.map(([a, b, x0, x1, y0, y1, mean, points, chosenMean, chosen]) => ({
      ...{ x: a ?? '', y: b ?? '', xs: [x0 ?? '', x1 ?? ''], ys: [y0 ?? '', y1 ?? ''] },
      ...{ value: Number(chosenMean ?? mean), points: Number(chosenMean === null ? points : chosen) },
      isChosen: Number(chosen) > 0,
    })),
  }
}

/** Text of SQL for a column's value, or the middle of its part. */
async function partsOf(choice: Choice, name: string): Promise<string> {
  const column = quoted(choice.column(name).name)
  if (!choice.column(name).isNumber) return column
  const [found] = await choice.ask(`
    select count(*), min(v), max(v) from (select distinct ${column} as v from ${choice.points} where ${column} is not null) d`)
  const [count, least, greatest] = (found ?? []).map(Number)
  if (count === undefined || least === undefined || greatest === undefined || count <= mostParts) return column
  const isLog = least > 0 && greatest / least >= 100
  const [from, to] = isLog ? [Math.log(least), Math.log(greatest)] : [least, greatest]
  const width = (to - from) / mostParts
  const place = isLog ? `ln(${column})` : column
  // The greatest value belongs to the last part.
  const middle = `${from} + ${width} * (floor((${place} - (${from})) / ${width * (1 + 1e-9)}) + 0.5)`
  return isLog ? `exp(${middle})` : middle
}
