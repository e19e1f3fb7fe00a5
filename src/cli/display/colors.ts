import pico from 'picocolors'

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
  return pico.createColors(!isForbidden && (isForced || (stream.isTTY === true && TERM !== 'dumb')))
}
