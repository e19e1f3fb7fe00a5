import { existsSync, readFileSync } from 'node:fs'
import { copyFile, cp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

import { carriedPackage } from '../carried-package.ts'
import { SwathError } from '../errors.ts'
import type { SqliteDriver } from '../sqlite/database.ts'
import { nodeSqlite } from '../sqlite/node-sqlite-module.ts'
import { cached, installOnce } from './cache.ts'
import { CommandError, installing, runCommand } from './commands.ts'
import { findNodeHeaders, npmNamesOthers } from './node-headers.ts'
import type { PhaseReporter } from './progress.ts'

const compiled = 'better_sqlite3.node'
const pollMs = 250
/** Counts up when the driver is compiled in another way, so that older caches are not used. */
const recipe = 2
/** Sources, object files and headers. */
const room = 150_000_000

/**
 * The SQLite driver for this Node: better-sqlite3 out of the cache, built there on first need by its own install script
 * (the prebuilt file where its host can be reached, else from its sources, about a minute). Where it cannot be built it is
 * the SQLite of Node itself. Throws SwathError('setup') where there is neither.
 */
export async function sqliteDriver(report: PhaseReporter = () => undefined): Promise<SqliteDriver> {
  const found = findSqliteDriver()
  if (found !== undefined) return found
  const build = (folder: string, scratch: string) => buildDriver(folder, scratch, report)
  try {
    const folder = await installOnce(cacheName(), build, report, room)
    return { name: 'better-sqlite3', nativeBinding: join(folder, compiled) }
  } catch (error) {
    if (!(error instanceof SwathError) || askedFor() !== undefined || nodeSqlite() === undefined) throw error
    const [reason = ''] = error.message.split(/:?\n/)
    // Said once: to find out again that it cannot be built takes some seconds.
    await writeFile(failureFile(), reason).catch(() => undefined)
    return { name: 'node:sqlite', reason }
  }
}

/** The driver if there is one; builds nothing. Throws SwathError('usage') where SWATH_SQLITE asks for one that cannot be. */
export function findSqliteDriver(): SqliteDriver | undefined {
  if (askedFor() === 'node') {
    if (nodeSqlite() !== undefined) return { name: 'node:sqlite', reason: 'SWATH_SQLITE=node asks for it' }
    throw new SwathError('usage', `SWATH_SQLITE=node: Node ${process.version} has no SQLite that swath can use`, {
      hint: 'use Node 22.16 or later, or unset SWATH_SQLITE',
    })
  }
  const nativeBinding = join(cached(cacheName()), compiled)
  if (existsSync(nativeBinding)) return { name: 'better-sqlite3', nativeBinding }
  if (askedFor() !== undefined || !existsSync(failureFile()) || nodeSqlite() === undefined) return undefined
  return { name: 'node:sqlite', reason: readFileSync(failureFile(), 'utf8') }
}

/** Has better-sqlite3 built where that failed before: the compiler may be there by now. */
export async function forgetFailure(): Promise<void> {
  await rm(failureFile(), { force: true })
}

function askedFor(): 'better-sqlite3' | 'node' | undefined {
  const { SWATH_SQLITE: asked } = process.env
  if (asked === undefined || asked === '') return undefined
  if (asked === 'better-sqlite3' || asked === 'node') return asked
  throw new SwathError('usage', `SWATH_SQLITE=${asked}: there is no such driver`, {
    hint: 'it may be better-sqlite3 or node',
  })
}

function cacheName(): string {
  const { version } = require(join(carriedPackage('better-sqlite3'), 'package.json')) as { version: string }
  const { platform, arch, versions } = process
  return `better-sqlite3-${version}-node-${versions.modules}-${platform}-${arch}-${recipe}`
}

const require = createRequire(import.meta.url)

/** What it says is why better-sqlite3 could not be built. */
function failureFile(): string {
  return cached(`${cacheName()}-failed`)
}

/** What better-sqlite3 does when it is installed, and the first part of that. */
const install = ['npm', 'run', 'install', '--ignore-scripts=false'] as const
const prebuilt = ['prebuild-install'] as const

async function buildDriver(folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  report('looking for a prebuilt one')
  const source = carriedPackage('better-sqlite3')
  const copy = join(scratch, 'better-sqlite3')
  await cp(source, copy, { recursive: true, filter: (path) => path !== join(source, 'build') })
  const headers = await findNodeHeaders(scratch)
  const timer = setInterval(() => {
    if (!existsSync(join(copy, 'build', 'config.gypi'))) return
    clearInterval(timer)
    report('compiling (about a minute, once)')
  }, pollMs)
  try {
    const isPrebuiltOnly = headers === undefined && (await npmNamesOthers())
    const [command, ...args] = isPrebuiltOnly ? prebuilt : install
    await runCommand(command, args, {
      cwd: copy,
      shell: process.platform === 'win32',
      env: {
        ...process.env,
        // This very Node builds for itself, and finds prebuild-install, which the copy does not have below it.
        PATH: [dirname(process.execPath), ...binFolders(source), process.env.PATH].join(delimiter),
        npm_config_jobs: 'max',
        ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
      },
    })
    await copyFile(join(copy, 'build', 'Release', compiled), join(folder, compiled))
    await runCommand(process.execPath, ['-e', 'require(process.argv[1])', join(folder, compiled)])
  } catch (error) {
    const output = error instanceof CommandError ? `:\n${error.output}` : ''
    throw new SwathError('setup', `better-sqlite3 cannot be built for Node ${process.version}${output}`, {
      hint: `${installing.sqlite}; Node 22.16 and later have SQLite in them, and do without it`,
      cause: error,
    })
  } finally {
    clearInterval(timer)
  }
}

/** Every `node_modules/.bin` from a package up, as npm would have it on the PATH. */
function binFolders(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [] : [join(folder, 'node_modules', '.bin'), ...binFolders(parent)]
}
