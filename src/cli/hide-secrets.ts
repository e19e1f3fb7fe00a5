import { shownLocation } from '../shown-location.ts'

/**
 * Overwrites the process's title without the secrets of its arguments: every user of a machine sees those of all
 * processes. Until this runs, for the time that Node takes to start, they are there; the environment never shows them.
 */
export function hideSecrets(args: readonly string[]): void {
  const shown = args.map((arg, index) => (args[index - 1] === '--token' ? '…' : shownArgument(arg)))
  if (shown.some((arg, index) => arg !== args[index])) process.title = shown.join(' ')
}

function shownArgument(arg: string): string {
  const [, option, value = ''] = /^(--[\w-]+=)(.*)$/s.exec(arg) ?? []
  if (option === undefined) return shownLocation(arg)
  return option + (option === '--token=' ? '…' : shownLocation(value))
}
