import { formatCompact, formatPercent, formatNumber } from './format.ts'

export interface PlotPoint {
  readonly x: number
  readonly y: number
  readonly onFront: boolean
}

export interface PlotOptions {
  /** Columns and rows of the whole picture, axes included. */
  readonly width: number
  readonly height: number
  readonly xLabel: string
  readonly yLabel: string
  /** False for a terminal without Unicode. */
  readonly unicode: boolean
}

const unicodeMarks = {
  ...{ front: '●', dominated: '·', across: '─', upright: '│', turnUp: '╯', turnDown: '╮' },
  ...{ axis: '│', origin: '└', tick: '┴' },
}
const asciiMarks = {
  ...{ front: 'O', dominated: '.', across: '-', upright: '|', turnUp: '+', turnDown: '+' },
  ...{ axis: '|', origin: '+', tick: '+' },
}

/** The x axis is logarithmic where its values spread further than this. */
const logSpread = 5

/** A scatter plot in text: the front as a line of steps, the trials that it beats as faint points. */
export function frontPlot(points: readonly PlotPoint[], options: PlotOptions): string {
  if (points.length === 0) return ''
  const marks = options.unicode ? unicodeMarks : asciiMarks
  const yTicks = ticks(
    points.map((point) => point.y),
    4,
  )
  const yTexts = yTicks.map((tick) => yText(options.yLabel, tick))
  const margin = Math.max(...yTexts.map((text) => text.length)) + 1
  const columns = Math.max(options.width - margin - 2, 10)
  const rows = Math.max(options.height - 4, 4)
  const x = scale(
    points.map((point) => point.x),
    columns,
  )
  const y = scale(
    points.map((point) => point.y),
    rows,
    false,
  )
  const grid = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '))
  const put = (column: number, row: number, mark: string) => {
    const line = grid[rows - 1 - row]
    if (line?.[column] === ' ' || mark === marks.front) line?.splice(column, 1, mark)
  }

  // Points before lines: a line goes behind them.
  for (const point of points) if (point.onFront) put(x(point.x), y(point.y), marks.front)
  for (const point of points) if (!point.onFront) put(x(point.x), y(point.y), marks.dominated)
  const front = points.filter((point) => point.onFront).toSorted((a, b) => a.x - b.x)
  for (const [k, from] of front.entries()) {
    const to = front[k + 1]
    if (to === undefined) break
    const [column, row, nextRow] = [x(to.x), y(from.y), y(to.y)]
    for (let c = x(from.x) + 1; c < column; c++) put(c, row, marks.across)
    if (nextRow !== row) put(column, row, nextRow > row ? marks.turnUp : marks.turnDown)
    for (let r = Math.min(row, nextRow) + 1; r < Math.max(row, nextRow); r++) put(column, r, marks.upright)
  }

  const tickRows = new Map(yTicks.map((tick, k) => [y(tick), yTexts[k] ?? '']))
  const body = grid.map((line, k) => {
    const text = tickRows.get(rows - 1 - k) ?? ''
    return `${text.padStart(margin)} ${marks.axis}${line.join('')}`.trimEnd()
  })
  return [
    options.yLabel.padStart(margin + 2),
    ...body,
    ...xAxis(points, x, columns, margin, options.xLabel, marks),
  ].join('\n')
}

/** Maps values to cells 0 … size − 1, with half a cell to spare at either end. */
function scale(values: readonly number[], size: number, mayBeLog = true): (value: number) => number {
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  const isLog = mayBeLog && least > 0 && greatest / least > logSpread
  const place = isLog ? Math.log : (value: number) => value
  const span = place(greatest) - place(least)
  return (value) =>
    span === 0 ? Math.floor(size / 2) : Math.round(((place(value) - place(least)) / span) * (size - 1))
}

/** No further apart than rounding is. */
function isFlat(least: number, greatest: number): boolean {
  return greatest - least <= Math.max(1e-12 * Math.max(Math.abs(least), Math.abs(greatest)), 1e-200)
}

/** Round numbers that span the values. */
function ticks(values: readonly number[], count: number): number[] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  if (isFlat(least, greatest)) return [least]
  const rough = (greatest - least) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(least / step)
  const last = Math.floor(greatest / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step)
}

/** 1, 2 and 5 of every decade, or a plain scale's round numbers. */
function xTicks(values: readonly number[]): number[] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)]
  if (least <= 0 || greatest / least <= logSpread) return ticks(values, 4)
  const decades = Array.from(
    { length: Math.ceil(Math.log10(greatest)) - Math.floor(Math.log10(least)) + 1 },
    (_, k) => 10 ** (Math.floor(Math.log10(least)) + k),
  )
  return decades
    .flatMap((decade) => [1, 2, 5].map((factor) => factor * decade))
    .filter((t) => t >= least && t <= greatest)
}

function xAxis(
  points: readonly PlotPoint[],
  x: (value: number) => number,
  columns: number,
  margin: number,
  label: string,
  marks: typeof unicodeMarks,
): string[] {
  const line = Array.from({ length: columns }, () => marks.across)
  const texts = Array.from({ length: columns }, () => ' ')
  let free = 0
  for (const tick of xTicks(points.map((point) => point.x))) {
    const text = formatCompact(tick)
    const start = Math.min(Math.max(x(tick) - Math.floor(text.length / 2), 0), columns - text.length)
    if (start < free) continue
    line[x(tick)] = marks.tick
    texts.splice(start, text.length, ...text.split(''))
    free = start + text.length + 2
  }
  const indent = ' '.repeat(margin + 1)
  return [
    `${indent}${marks.origin}${line.join('')}`,
    `${indent} ${texts.join('')}`.trimEnd(),
    `${indent} ${' '.repeat(Math.max(Math.floor((columns - label.length) / 2), 0))}${label}`,
  ]
}

function yText(label: string, value: number): string {
  return label.endsWith('accuracy') ? formatPercent(value).replace(/\.?0+ %$/, ' %') : formatNumber(value)
}
