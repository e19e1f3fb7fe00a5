import { messageOf, SwathError } from '../errors.ts'
import type { Parameters } from '../programs/program.ts'

/** @throws SwathError('store') that names the trial, if what its row holds are no parameters */
export function storedParameters({ id, params }: { readonly id: number; readonly params: string }): Parameters {
  try {
    return parametersIn(params)
  } catch (error) {
    throw new SwathError('store', `the parameters in the row of trial ${id} are damaged: ${messageOf(error)}`, {
      hint: 'delete its sweep (swath delete), or put a backup in the place of the store; other sweeps can be used',
      cause: error,
    })
  }
}

/**
 * Returns the parameters in a trial's row, for estimates and displays; none if the row is damaged. One damaged row fails its
 * own attempts (`prepareAttempt`), and no other trial's run.
 */
export function readableParameters({ params }: { readonly params: string }): Parameters {
  try {
    return parametersIn(params)
  } catch {
    return {}
  }
}

function parametersIn(params: string): Parameters {
  const found: unknown = JSON.parse(params)
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw new Error('it is no JSON object')
  return found as Parameters
}
