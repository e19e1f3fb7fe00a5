import type { Choice } from './choice.ts'
import { quoted } from './sql-text.ts'

export interface HeatmapFigure {
  readonly x: string
  readonly y: string
  readonly value: string
  readonly cells: readonly HeatmapCell[]
}

interface HeatmapCell {
  /** A value of the column or, where there are many, the middle of a part of its range. */
  readonly x: number | string
  readonly y: number | string
  /** The mean of the cell's trials. */
  readonly value: number
  readonly trials: number
}

/** A column with more numbers than this is cut into so many parts. */
const mostParts = 12

/** The mean of a metric over two columns. */
export async function heatmapFigure(
  choice: Choice,
  { x, y, value }: { readonly x: string; readonly y: string; readonly value: string },
): Promise<HeatmapFigure> {
  choice.column(value)
  const [across, down] = [await partsOf(choice, x), await partsOf(choice, y)]
  const rows = await choice.ask(`
    select ${across} as a, ${down} as b, avg(${quoted(value)}) as v, count(*) as n
    from ${choice.view}
    where state = 'completed' and ${quoted(value)} is not null and ${quoted(x)} is not null and ${quoted(y)} is not null
      and ${choice.isChosen}
    group by 1, 2 order by 1, 2`)
  return {
    ...{ x, y, value },
    cells: rows.map(([a, b, v, n]) => ({ x: a ?? '', y: b ?? '', value: Number(v), trials: Number(n) })),
  }
}

/** Text of SQL for a column's value, or the middle of its part. */
async function partsOf(choice: Choice, name: string): Promise<string> {
  const column = quoted(choice.column(name).name)
  if (!choice.column(name).isNumber) return column
  const [found] = await choice.ask(`
    select count(*), min(v), max(v) from (select distinct ${column} as v from ${choice.view} where ${column} is not null) d`)
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
