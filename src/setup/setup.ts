import { messageOf, SwathError } from '../errors.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import type { SetupObserver } from './progress.ts'
import { sqliteDriver } from './sqlite.ts'
import { installTensorFlow } from './tensorflow.ts'

/** Why TensorFlow could not be set up, where it could not: swath then trains on plain JavaScript, slowly. */
export interface SetupResult {
  readonly tensorflowError: SwathError | undefined
}

/** Makes what is missing; costs nothing where nothing is. Throws SwathError('setup') if there can be no store. */
export async function setup({ observer }: { readonly observer: SetupObserver }): Promise<SetupResult> {
  const [, result] = await Promise.all([sqliteDriverFor(observer), tensorflowFor(observer)])
  return result
}

async function tensorflowFor(observer: SetupObserver): Promise<SetupResult> {
  if (findRuntime().backend === 'tensorflow' || process.env['SWATH_BACKEND'] === 'portable') {
    return { tensorflowError: undefined }
  }
  try {
    await installTensorFlow((phase, fraction) => {
      observer.phase('TensorFlow', phase, fraction)
    })
    return { tensorflowError: undefined }
  } catch (error) {
    if (error instanceof SwathError) return { tensorflowError: error }
    return { tensorflowError: new SwathError('setup', messageOf(error), { cause: error }) }
  } finally {
    observer.done('TensorFlow')
  }
}

/** The SQLite driver, shown to the user while it is built. */
export async function sqliteDriverFor(observer: SetupObserver): Promise<string> {
  let reported = false
  const path = await sqliteDriver((phase, fraction) => {
    reported = true
    observer.phase('SQLite driver', phase, fraction)
  })
  if (reported) observer.done('SQLite driver')
  return path
}
