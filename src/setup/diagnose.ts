import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { openDatabase } from '../sqlite/open-database.ts'
import { findRuntime } from '../tensorflow/runtime.ts'
import { cacheFolder } from './cache.ts'
import { checkBinding } from './check-binding.ts'
import { findCompiler, findPip, installing } from './commands.ts'
import { diagnoseBfloat16, diagnoseCores, diagnoseMemory, diagnosePinning } from './diagnose-machine.ts'
import type { Diagnosis } from './diagnosis.ts'
import { freeBytes, megabytes } from './disk-space.ts'
import { findSqliteDriver } from './sqlite.ts'

/** Looks at all that swath needs, and changes nothing. */
export async function diagnose(): Promise<readonly Diagnosis[]> {
  const installed = await Promise.all([
    diagnoseCache(),
    diagnoseTensorFlow(),
    Promise.resolve(diagnoseSqlite()),
    diagnosePython(),
    diagnoseCompiler(),
  ])
  return [diagnoseNode(), ...installed, diagnoseCores(), diagnosePinning(), diagnoseBfloat16(), diagnoseMemory()]
}

/** As in package.json: better-sqlite3 and the file system calls of swath begin there. */
const oldestNode = [20, 19] as const

function diagnoseNode(): Diagnosis {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [oldestMajor, oldestMinor] = oldestNode
  const enough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
  const found = { name: 'Node', detail: `${process.version} (${process.platform} ${process.arch})` }
  if (enough) return { ...found, status: 'ok' }
  return { ...found, status: 'problem', advice: `install Node ${oldestMajor}.${oldestMinor} or newer` }
}

async function diagnoseCache(): Promise<Diagnosis> {
  const name = 'Cache folder'
  const folder = cacheFolder()
  const existing = await nearestExisting(folder)
  const free = await freeBytes(existing)
  const detail = `${folder}${free === Infinity ? '' : `, ${megabytes(free)} free`}`
  try {
    await access(existing, constants.R_OK | constants.W_OK | constants.X_OK)
    return { name, status: 'ok', detail }
  } catch (error) {
    const advice = 'name another with SWATH_CACHE=<folder>'
    // What is complete can be used by anyone who may read it; without a driver, which goes there, there is no store.
    const status = findSqliteDriver() === undefined ? 'problem' : 'warning'
    return { name, status, detail: `${detail}; it cannot be written: ${messageOf(error)}`, advice }
  }
}

async function nearestExisting(folder: string): Promise<string> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  )
  return exists || dirname(folder) === folder ? folder : nearestExisting(dirname(folder))
}

async function diagnoseTensorFlow(): Promise<Diagnosis> {
  const name = 'TensorFlow'
  const runtime = findRuntime()
  if (runtime.backend === 'portable') {
    const detail = `portable JavaScript is used, which is slow: ${runtime.reason}`
    return { name, status: 'warning', detail, advice: runtime.hint }
  }
  try {
    return { name, status: 'ok', detail: `${await checkBinding(runtime.bindingPath)}, ${dirname(runtime.bindingPath)}` }
  } catch (error) {
    const reason = error instanceof SwathError && error.hint !== undefined ? `; ${error.hint}` : ''
    const advice = `remove ${dirname(runtime.bindingPath)} and run \`swath setup\`, or set SWATH_BACKEND=portable${reason}`
    return { name, status: 'problem', detail: messageOf(error), advice }
  }
}

function diagnoseSqlite(): Diagnosis {
  const name = 'SQLite driver'
  try {
    const driver = findSqliteDriver()
    if (driver === undefined) {
      return { name, status: 'warning', detail: 'not built yet for this Node', advice: 'run `swath setup`' }
    }
    const database = openDatabase(driver, ':memory:')
    const [row] = database.prepare('select sqlite_version() as version').all()
    database.close()
    const from = driver.name === 'better-sqlite3' ? driver.nativeBinding : `Node’s own, because ${driver.reason}`
    return { name, status: 'ok', detail: `${driver.name}, SQLite ${String(row?.version)}, ${from}` }
  } catch (error) {
    const hint = error instanceof SwathError ? error.hint : undefined
    const advice = hint ?? 'remove its folder from the cache and run `swath setup`'
    return { name, status: 'problem', detail: messageOf(error), advice }
  }
}

async function diagnosePython(): Promise<Diagnosis> {
  const name = 'Python with pip'
  const pip = await findPip()
  if (pip !== undefined) return { name, status: 'ok', detail: pip.version }
  return missing(name, 'none; it fetches TensorFlow and Node’s headers', installing.pip)
}

async function diagnoseCompiler(): Promise<Diagnosis> {
  const name = 'C++ compiler'
  const compiler = await findCompiler()
  if (compiler !== undefined) return { name, status: 'ok', detail: compiler.version }
  return missing(name, 'none; it compiles tfjs-node’s binding and the SQLite driver', installing.compiler)
}

/** A tool that a set-up takes: without it nothing is wrong any more once that is done. */
function missing(name: string, detail: string, advice: string): Diagnosis {
  const isDone = findRuntime().backend === 'tensorflow' && findSqliteDriver() !== undefined
  if (isDone) return { name, status: 'ok', detail: `${detail}, which is done` }
  return { name, status: 'warning', detail, advice }
}
