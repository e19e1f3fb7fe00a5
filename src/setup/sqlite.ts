import { existsSync } from 'node:fs'
import { copyFile, cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

import { SwathError } from '../errors.ts'
import { cached, installOnce } from './cache.ts'
import { CommandError, installing, runCommand } from './commands.ts'
import { areFlawed, findNodeHeaders } from './node-headers.ts'
import type { PhaseReporter } from './progress.ts'

const require = createRequire(import.meta.url)
const driver = 'better_sqlite3.node'
const pollMs = 250
/** Counts up when the driver is compiled in another way, so that older caches are not used. */
const recipe = 2
/** Sources, object files and headers. */
const room = 150_000_000

/**
 * The SQLite driver for this Node: the one that npm has installed or the one in the cache, built there on first need by
 * better-sqlite3's own install script: the prebuilt file where its host can be reached, else from its sources (about a
 * minute). Throws SwathError('setup').
 */
export async function sqliteDriver(report: PhaseReporter = () => undefined): Promise<string> {
  const found = findSqliteDriver()
  if (found !== undefined) return found
  const build = (folder: string, scratch: string) => buildDriver(folder, scratch, report)
  return join(await installOnce(cacheName(), build, report, room), driver)
}

/** The driver if there is one; builds nothing. */
export function findSqliteDriver(): string | undefined {
  const installed = join(packageFolder(), 'build', 'Release', driver)
  // What npm compiled with flawed headers loads well, and aborts later.
  if (!areFlawed(process.version) && existsSync(installed) && loads(installed)) return installed
  const built = join(cached(cacheName()), driver)
  return existsSync(built) ? built : undefined
}

function packageFolder(): string {
  return dirname(require.resolve('better-sqlite3/package.json'))
}

function cacheName(): string {
  const { version } = require('better-sqlite3/package.json') as { version: string }
  const { platform, arch, versions } = process
  return `better-sqlite3-${version}-node-${versions.modules}-${platform}-${arch}-${recipe}`
}

/** A driver that was built for another version of Node is refused by this one. */
function loads(path: string): boolean {
  try {
    require(path)
    return true
  } catch {
    return false
  }
}

async function buildDriver(folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  report('looking for a prebuilt one')
  const source = packageFolder()
  const copy = join(scratch, 'better-sqlite3')
  await cp(source, copy, { recursive: true, filter: (path) => path !== join(source, 'build') })
  const headers = await findNodeHeaders(scratch)
  const timer = setInterval(() => {
    if (!existsSync(join(copy, 'build', 'config.gypi'))) return
    clearInterval(timer)
    report('compiling (about a minute, once)')
  }, pollMs)
  try {
    await runCommand('npm', ['run', 'install', '--ignore-scripts=false'], {
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
    await copyFile(join(copy, 'build', 'Release', driver), join(folder, driver))
    await runCommand(process.execPath, ['-e', 'require(process.argv[1])', join(folder, driver)])
  } catch (error) {
    const output = error instanceof CommandError ? `:\n${error.output}` : ''
    throw new SwathError('setup', `the SQLite driver could not be built${output}`, {
      hint: installing.sqlite,
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
