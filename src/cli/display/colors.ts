import pico from 'picocolors'

import { own } from './output.ts'

export type Colors = ReturnType<typeof pico.createColors>

/** isTTY is undefined on a pipe, whatever the types say. */
interface Target {
  readonly isTTY?: boolean | undefined
}

/**
 * Colours for one stream, unless NO_COLOR or --no-color forbids them. picocolors asks stdout, but the displays write to
 * stderr: either may be a file while the other is a terminal.
 */
export function colorsFor(
  stream: Target,
  environment: NodeJS.ProcessEnv = process.env,
  args: readonly string[] = process.argv,
): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment
  const isForbidden = Boolean(NO_COLOR) || args.includes('--no-color') || FORCE_COLOR === '0'
  const isForced = FORCE_COLOR !== undefined || args.includes('--color')
  return markedColors(!isForbidden && (isForced || (stream.isTTY === true && TERM !== 'dumb')))
}

/** picocolors whose sequences pass the boundary to the terminal. */
function markedColors(isColored: boolean): Colors {
  const plain = pico.createColors(isColored)
  if (!isColored) return plain
  const marked = Object.entries<unknown>({ ...plain }).map(([name, paint]) => {
    if (typeof paint !== 'function') return [name, paint] as const
    const [open = '', close = ''] = (paint as (text: string) => string)('\0').split('\0').map(own)
    // A colour within this one ends, and this one goes on; bold and dim share their end.
    const goOn = name === 'bold' || name === 'dim' ? close + open : open
    return [name, (text: unknown) => open + String(text).replaceAll(close, goOn) + close] as const
  })
  return Object.fromEntries(marked) as unknown as Colors
}
