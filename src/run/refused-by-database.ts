import { SwathError } from '../errors.ts'
import type { Store } from '../store/store.ts'

/** Whether a database that is there has refused a change for good, and swath has no bug: the change's trial has failed. */
export function isRefusedByDatabase(
  { obstacle, explain }: Pick<Store, 'obstacle' | 'explain'>,
  error: unknown,
): boolean {
  return obstacle(error) === undefined && explain(error) instanceof SwathError
}
