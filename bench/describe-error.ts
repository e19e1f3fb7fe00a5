import { SwathError } from '../src/errors.ts'

export function describeError(error: unknown): string | undefined {
  if (error instanceof SwathError) return error.hint === undefined ? error.message : `${error.message}\n→ ${error.hint}`
  return error instanceof Error ? (error.stack ?? error.message) : undefined
}
