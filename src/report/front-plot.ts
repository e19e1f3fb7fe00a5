import { formatCompact, formatPercent, formatNumber } from './format.ts'
import { shareOf } from './share.ts'

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
/** Below this, floating-point numbers have too few digits left to be divided. */
const leastLogarithmic = 1e-200

/** A scatter plot in text: the front as a line of steps, the trials that it beats as faint points. */
export function frontPlot(all: readonly PlotPoint[], options: PlotOptions): string {
  const points = all.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  if (points.length === 0) return ''
  const marks = options.unicode ? unicodeMarks : asciiMarks
  const xValues = rangeOf(points.map((point) => point.x))
  const isLog = isLogarithmic(xValues)
  const xRange = widen(xValues, isLog)
  const yRange = rangeOf(points.map((point) => point.y))
  const yTicks = ticks(yRange, 5)
  const yTexts = yTicks.map((tick) => yText(options.yLabel, tick, yTicks))
  const margin = Math.max(...yTexts.map((text) => text.length)) + 1
  const columns = Math.max(options.width - margin - 2, 10)
  const rows = Math.max(options.height - 4, 4)
  const x = scale(xRange, columns, isLog)
  const y = scale(yRange, rows, false)
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
    ...xAxis(xTicks(xRange, isLog), x, columns, margin, options.xLabel, marks),
  ].join('\n')
}

interface Range {
  readonly least: number
  readonly greatest: number
}

function rangeOf(values: readonly number[]): Range {
  return {
    least: values.reduce((a, b) => Math.min(a, b), Infinity),
    greatest: values.reduce((a, b) => Math.max(a, b), -Infinity),
  }
}

function isLogarithmic({ least, greatest }: Range): boolean {
  return least > leastLogarithmic && greatest / least > logSpread && Number.isFinite(greatest / least)
}

/** A little room at either end, so that no point sits on an axis and a round number just outside is still a tick. */
function widen({ least, greatest }: Range, isLog: boolean): Range {
  const share = 0.04
  const factor = (greatest / least) ** share
  const room = greatest * share - least * share
  const [below, above] = isLog ? [least / factor, greatest * factor] : [least - room, greatest + room]
  // Beyond the greatest number there is no room.
  return { least: Math.max(below, -Number.MAX_VALUE), greatest: Math.min(above, Number.MAX_VALUE) }
}

/** Maps values to cells 0 … size − 1. */
function scale({ least, greatest }: Range, size: number, isLog: boolean): (value: number) => number {
  const place = isLog ? Math.log : (value: number) => value
  const bounds = [place(least), place(greatest)] as const
  if (bounds[0] === bounds[1]) return () => Math.floor(size / 2)
  return (value) => Math.round(shareOf(place(value), bounds) * (size - 1))
}

/** No further apart than rounding is. */
function isFlat({ least, greatest }: Range): boolean {
  return greatest - least <= Math.max(1e-12 * Math.max(Math.abs(least), Math.abs(greatest)), 1e-200)
}

/** Round numbers that span the values. */
function ticks(range: Range, count: number): number[] {
  const { least, greatest } = range
  if (isFlat(range)) return [least]
  if (!Number.isFinite(greatest - least)) return [least, 0, greatest]
  const rough = (greatest - least) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10)
  const first = Math.ceil(least / step)
  const last = Math.floor(greatest / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step)
}

/** 1, 2 and 5 of every decade, or a plain scale's round numbers. */
function xTicks(range: Range, isLog: boolean): number[] {
  const { least, greatest } = range
  if (!isLog) return ticks(range, 4)
  const decades = Array.from(
    { length: Math.ceil(Math.log10(greatest)) - Math.floor(Math.log10(least)) + 1 },
    (_, k) => 10 ** (Math.floor(Math.log10(least)) + k),
  )
  return decades
    .flatMap((decade) => [1, 2, 5].map((factor) => factor * decade))
    .filter((t) => t >= least && t <= greatest)
}

function xAxis(
  ticks: readonly number[],
  x: (value: number) => number,
  columns: number,
  margin: number,
  label: string,
  marks: typeof unicodeMarks,
): string[] {
  const line = Array.from({ length: columns }, () => marks.across)
  const texts = Array.from({ length: columns }, () => ' ')
  let free = 0
  for (const tick of ticks) {
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

/** Percent only where all are shares of 1, as accuracies are, with as many digits as tell the ticks apart. */
function yText(label: string, value: number, all: readonly number[]): string {
  const isShare = label.endsWith('accuracy') && all.every((tick) => tick >= 0 && tick <= 1)
  const [first = value, second = value] = all
  const digits = Math.ceil(-Math.log10(100 * (second - first)) - 1e-9)
  if (isShare && second > first) return `${(100 * value).toFixed(Math.min(Math.max(digits, 0), 6))} %`
  return isShare ? formatPercent(value).replace(/\.?0+ %$/, ' %') : formatNumber(value)
}
