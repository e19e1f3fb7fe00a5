import { messageOf, SwathError } from '../errors.ts'
import { isPostgres } from '../store/location.ts'
import type { SqliteDriver } from '../sqlite/database.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import type { SetupObserver } from './progress.ts'
import { findSqliteDriver, forgetFailure, sqliteDriver } from './sqlite.ts'
import { installTensorFlow } from './tensorflow.ts'

/** Why TensorFlow could not be set up, where it could not: swath then trains on plain JavaScript, slowly. */
export interface SetupResult {
  readonly tensorflowError: SwathError | undefined
}

/**
 * Makes what is missing; costs nothing where nothing is. Throws SwathError('setup') if there can be no store.
 * @param store where results are to go, if that is known
 * @param again tries once more to build a driver that could not be built before
 */
export async function setup({
  observer,
  store = '',
  again = false,
}: {
  readonly observer: SetupObserver
  readonly store?: string
  readonly again?: boolean
}): Promise<SetupResult> {
  if (again) await forgetFailure()
  const [, result] = await Promise.all([storeDriverFor(store, observer), tensorflowFor(observer)])
  return result
}

/** What a store needs to be opened: one on a server nothing. */
export async function storeDriverFor(store: string, observer: SetupObserver): Promise<void> {
  if (!isPostgres(store)) await sqliteDriverFor(observer)
}

async function tensorflowFor(observer: SetupObserver): Promise<SetupResult> {
  if (findRuntime().backend === 'tensorflow' || process.env.SWATH_BACKEND === 'portable') {
    return { tensorflowError: undefined }
  }
  try {
    await installTensorFlow((phase, fraction) => {
      observer.phase('TensorFlow', phase, fraction)
    })
    observer.done('TensorFlow')
    return { tensorflowError: undefined }
  } catch (error) {
    const tensorflowError = asSetupError(error)
    observer.done('TensorFlow', tensorflowError)
    return { tensorflowError }
  }
}

/** The SQLite driver, shown to the user while it is built. */
async function sqliteDriverFor(observer: SetupObserver): Promise<SqliteDriver> {
  const found = findSqliteDriver()
  if (found !== undefined) return found
  try {
    const driver = await sqliteDriver((phase, fraction) => {
      observer.phase('SQLite driver', phase, fraction)
    })
    observer.done('SQLite driver')
    return driver
  } catch (error) {
    const sqliteError = asSetupError(error)
    observer.done('SQLite driver', sqliteError)
    throw sqliteError
  }
}

function asSetupError(error: unknown): SwathError {
  return error instanceof SwathError ? error : new SwathError('setup', messageOf(error), { cause: error })
}
