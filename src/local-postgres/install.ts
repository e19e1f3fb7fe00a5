import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, join } from 'node:path'

import { withoutCredentials } from '../credentials.ts'
import { SwathError } from '../errors.ts'
import { pathBelow, pathFrom } from '../path-below.ts'
import { canReach, serverAccount, type Account } from './account.ts'
import { findBinaries } from './binaries.ts'

/** PostgreSQL's programs, ready to be run. */
export interface Installation {
  readonly initdb: string
  readonly postgres: string
  /** Whom to run them as. */
  readonly account: Account | undefined
  /** Of their processes. */
  readonly env: NodeJS.ProcessEnv
  /** The folder of the database itself. */
  readonly data: string
}

/** What a folder's server goes by from one start to the next; without it a folder is somebody else's. */
export const settingsName = 'settings.json'

const programs = ['initdb', 'postgres', 'pg_ctl']
const ending = process.platform === 'win32' ? '.exe' : ''

/**
 * Makes a folder ready for a server that runs as whoever has to run it.
 *
 * @param binaries where PostgreSQL's `bin`, `lib` and `share` are
 * @throws SwathError('setup')
 */
export function install(folder: string, binaries = findBinaries()): Installation {
  refuseOthersFolder(folder)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const account = serverAccount(folder)
  if (account !== undefined) {
    chownSync(folder, account.uid, account.gid)
    chmodSync(folder, 0o755)
    if (!canReach(account, folder)) {
      throw new SwathError('setup', `PostgreSQL does not run as root, and no other user can reach ${folder}`, {
        hint: 'name a folder that everybody may pass through: swath postgres /var/lib/swath-postgres',
      })
    }
  }
  const native = reachable(binaries, folder, account)
  const libraries = linkLibraries(native, folder)
  return {
    account,
    initdb: join(native, 'bin', `initdb${ending}`),
    postgres: join(native, 'bin', `postgres${ending}`),
    data: join(folder, 'data'),
    env: { ...withoutCredentials(process.env), LC_ALL: 'C', ...librariesFrom([libraries, join(native, 'lib')]) },
  }
}

/** It is given to the server's user: nothing else is to be in it. */
function refuseOthersFolder(folder: string): void {
  const names = existsSync(folder) ? readdirSync(folder) : []
  if (names.length === 0 || names.includes(settingsName)) return
  throw new SwathError('setup', `${folder} has something else in it than a server of swath's`, {
    hint: 'name an empty folder, or one that is not there yet',
  })
}

/** Where the server's user may run them: where they are, else a copy in the folder. */
function reachable(native: string, folder: string, account: Account | undefined): string {
  const files = programs.map((name) => pathFrom(join(native, 'bin'), `${name}${ending}`))
  if (account === undefined || files.every((file) => canReach(account, file))) return native
  const copy = join(folder, 'programs')
  if (existsSync(copy)) return copy
  const aside = `${copy}.partial`
  rmSync(aside, { recursive: true, force: true })
  cpSync(native, aside, { recursive: true, verbatimSymlinks: true })
  for (const name of readdirSync(aside, { recursive: true, encoding: 'utf8' })) {
    lchownSync(pathFrom(aside, name), account.uid, account.gid)
  }
  lchownSync(aside, account.uid, account.gid)
  renameSync(aside, copy)
  return copy
}

/** npm packages carry no links: a script of the package would make them, and none runs when swath is installed. */
function linkLibraries(native: string, folder: string): string {
  const libraries = join(folder, 'libraries')
  rmSync(libraries, { recursive: true, force: true })
  mkdirSync(libraries)
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return libraries
  const links = JSON.parse(readFileSync(list, 'utf8')) as { readonly source: string; readonly target: string }[]
  for (const { source, target } of links) {
    // The list begins at the folder above, where this one is called `native`.
    symlinkSync(
      pathBelow(native, source.replace(/^native\//, ''), 'setup'),
      pathBelow(libraries, basename(target), 'setup'),
    )
  }
  return libraries
}

function librariesFrom(folders: readonly string[]): NodeJS.ProcessEnv {
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH'
  return process.platform === 'win32' ? {} : { [variable]: folders.join(':') }
}
