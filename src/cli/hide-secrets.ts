import { shownLocation, withoutPasswords } from '../shown-location.ts'

/**
 * Overwrites the process's title without the secrets of its arguments: every user of a machine sees those of all
 * processes. Until this runs, for the time that Node takes to start, they are there; the environment never shows them.
 */
export function hideSecrets(args: readonly string[]): void {
  const shown = shownArguments(args)
  if (shown.some((arg, index) => arg !== args[index])) process.title = shown.join(' ')
}

/** Returns a message that quotes arguments, without the secrets in them. */
export function withoutSecrets(message: string, args: readonly string[]): string {
  return shownArguments(args).reduce((text, shown, index) => {
    const arg = args[index] ?? ''
    return shown === arg ? text : text.replaceAll(arg, () => shown)
  }, withoutPasswords(message))
}

function shownArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => (args[index - 1] === '--token' ? '…' : shownArgument(arg)))
}

function shownArgument(arg: string): string {
  const [, option, value = ''] = /^(--[\w-]+=)(.*)$/s.exec(arg) ?? []
  if (option === undefined) return shownLocation(arg)
  return option + (option === '--token=' ? '…' : shownLocation(value))
}
