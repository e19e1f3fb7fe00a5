import { isUnicode } from '../terminal.ts'
import { colorsFor, type Colors } from './colors.ts'

/** What the displays draw with, on this terminal. */
export interface DisplayStyle {
  readonly colors: Colors
  readonly marks: { readonly full: string; readonly rest: string; readonly good: string; readonly bad: string }
}

export function styleFor(stream: NodeJS.WriteStream): DisplayStyle {
  const marks = isUnicode()
    ? { full: '━', rest: '─', good: '✓', bad: '✗' }
    : { full: '#', rest: '-', good: '+', bad: 'x' }
  return { colors: colorsFor(stream), marks }
}

export function progressBar(fraction: number, width: number, { colors, marks }: DisplayStyle): string {
  const full = Math.round(Math.min(Math.max(fraction, 0), 1) * width)
  return colors.cyan(marks.full.repeat(full)) + colors.dim(marks.rest.repeat(width - full))
}
