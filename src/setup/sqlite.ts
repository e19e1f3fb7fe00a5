import { existsSync } from 'node:fs'
import { copyFile, cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

import { SwathError } from '../errors.ts'
import { cached, installOnce } from './cache.ts'
import { CommandError, runCommand } from './commands.ts'
import { findNodeHeaders } from './node-headers.ts'
import type { PhaseReporter } from './progress.ts'

const require = createRequire(import.meta.url)
const driver = 'better_sqlite3.node'

/**
 * The SQLite driver for this Node, from the cache; built there on first need (about a minute) by better-sqlite3's own
 * install script: the prebuilt file where its host can be reached, else from its sources. Throws SwathError('setup').
 */
export async function sqliteDriver(report: PhaseReporter = () => undefined): Promise<string> {
  const manifest = require.resolve('better-sqlite3/package.json')
  const { version } = require(manifest) as { version: string }
  const name = `better-sqlite3-${version}-node-${process.versions.modules}-${process.platform}-${process.arch}`
  const installed = join(cached(name), driver)
  if (existsSync(installed)) return installed
  await installOnce(name, (folder, scratch) => build(dirname(manifest), folder, scratch, report), report)
  return installed
}

async function build(source: string, folder: string, scratch: string, report: PhaseReporter): Promise<void> {
  report('fetching, or else compiling (about a minute)')
  const copy = join(scratch, 'better-sqlite3')
  await cp(source, copy, { recursive: true, filter: (path) => path !== join(source, 'build') })
  const headers = await findNodeHeaders(scratch)
  try {
    await runCommand('npm', ['run', 'install', '--ignore-scripts=false'], {
      cwd: copy,
      env: {
        ...process.env,
        // This very Node builds for itself, and finds prebuild-install, which the copy does not have below it.
        PATH: [dirname(process.execPath), ...binFolders(source), process.env['PATH']].join(delimiter),
        npm_config_jobs: 'max',
        ...(headers === undefined ? {} : { npm_config_nodedir: headers }),
      },
    })
    await copyFile(join(copy, 'build', 'Release', driver), join(folder, driver))
  } catch (error) {
    const output = error instanceof CommandError ? `:\n${error.output}` : ''
    throw new SwathError('setup', `the SQLite driver could not be built${output}`, {
      hint: 'it takes Python 3, make and a C++ compiler (Debian, Ubuntu: apt install build-essential python3)',
      cause: error,
    })
  }
}

/** Every `node_modules/.bin` from a package up, as npm would have it on the PATH. */
function binFolders(folder: string): string[] {
  const parent = dirname(folder)
  return parent === folder ? [] : [join(folder, 'node_modules', '.bin'), ...binFolders(parent)]
}
