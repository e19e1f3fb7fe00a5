import { formatPercent } from './format.ts'

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

export interface BarOptions {
  /** Characters of a bar that stands for 1. */
  readonly width: number
  readonly unicode: boolean
  /** Marks the line of the largest. */
  readonly bold: (text: string) => string
  /** More classes than this: only the likeliest are shown. */
  readonly most?: number
}

/** A line a class: its name, a bar as long as it is likely, the figure. */
export function probabilityBars(
  probabilities: readonly number[],
  classNames: readonly string[],
  { width, unicode, bold, most = 10 }: BarOptions,
): string[] {
  const classes = probabilities.map((share, k) => ({ share, k, name: classNames[k] ?? String(k) }))
  const likeliest = [...classes].sort((a, b) => b.share - a.share || a.k - b.k)
  const shown = classes.length > most ? likeliest.slice(0, most) : classes
  const nameWidth = Math.max(...shown.map(({ name }) => name.length))
  return shown.map(({ share, k, name }) => {
    const line = `${name.padStart(nameWidth)} ${bar(share, width, unicode).padEnd(width)} ${formatPercent(share).padStart(8)}`
    return k === likeliest[0]?.k ? bold(line) : line
  })
}

/** As long as a share of the width. */
export function bar(share: number, width: number, unicode: boolean): string {
  if (!unicode) return '#'.repeat(Math.round(share * width))
  const parts = Math.round(share * width * 8)
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '')
}
