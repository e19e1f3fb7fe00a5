import { shareOf } from './share.ts'

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
/** As many heights as a line of ASCII can tell. */
const asciiBars = ['_', '.', '-', '=', '#']

/** Numbers as a line of bars, the least as low and the greatest as high as can be; equal ones are all high. */
export function sparkline(values: readonly number[], { unicode }: { readonly unicode: boolean }): string {
  const marks = unicode ? bars : asciiBars
  const least = values.reduce((a, b) => Math.min(a, b), Infinity)
  const greatest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const top = marks.length - 1
  const share = (value: number) => (greatest > least ? shareOf(value, [least, greatest]) : 1)
  return values.map((value) => marks[Math.round(share(value) * top)] ?? '').join('')
}
