import { colorsFor } from './display/colors.ts'

/** What the terminal at the other end can show. */

/** Colours for stdout, where results go, unless NO_COLOR, --no-color or a pipe forbids them. */
export const colors = colorsFor(process.stdout)

export function isUnicode(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (environment.TERM === 'linux' || environment.TERM === 'dumb') return false
  const locale = [environment.LC_ALL, environment.LC_CTYPE, environment.LANG].find(Boolean) ?? ''
  // No locale at all, as in a container, is not a reason to doubt; a locale that is not UTF-8 is.
  return locale === '' || /utf-?8/i.test(locale) || process.platform !== 'linux'
}

/** Somebody watches this stream, and it can move its cursor. */
export function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env.TERM !== 'dumb' && !process.env.CI
}

/** Columns of the terminal; undefined where the results go to a file or a pipe, and need not fit. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined
}
