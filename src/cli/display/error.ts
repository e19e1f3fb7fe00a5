import { messageOf, SwathError } from '../../errors.ts'
import { printable } from '../../printable.ts'
import { withoutPasswords } from '../../shown-location.ts'
import { isUnicode } from '../terminal.ts'
import { colorsFor } from './colors.ts'

/** Prints what went wrong and what to do next; with `debug` also where it came from. */
export function printError(error: unknown, { debug }: { readonly debug: boolean }): void {
  const colors = colorsFor(process.stderr)
  const arrow = colors.dim(isUnicode() ? '→' : '->')
  const expected = error instanceof SwathError
  const lead = colors.red(expected ? 'error' : 'swath has a bug')
  process.stderr.write(`${lead}: ${harmless(messageOf(error))}\n`)
  if (expected && error.hint !== undefined) process.stderr.write(`${arrow} ${error.hint}\n`)
  if (!debug) {
    if (!expected) process.stderr.write(`${arrow} run it again with --debug and report what it prints\n`)
    return
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    process.stderr.write(`${colors.dim(withoutPasswords(cause.stack ?? String(cause)))}\n`)
  }
}

/** A message quotes what users and programs wrote, which must not move the cursor. */
function harmless(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line, Infinity))
    .join('\n')
}
