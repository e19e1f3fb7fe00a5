import { SwathError } from '../errors.ts'

/** Throws SwathError('usage') for an option that was given more than once, and takes one value. */
export function refuseRepeated(given: Readonly<Record<string, unknown>>, several: readonly string[]): void {
  for (const [name, value] of Object.entries(given)) {
    // Yargs also names each option in camel case.
    const isSecondName = /[A-Z]/.test(name)
    if (name === '_' || isSecondName || !Array.isArray(value) || several.includes(name)) continue
    throw new SwathError('usage', `${name.length === 1 ? '-' : '--'}${name} was given ${value.length} times`, {
      hint: 'give it once',
    })
  }
}
