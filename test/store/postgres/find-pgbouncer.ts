import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { cached } from '../../../src/setup/cache.ts'
import { isDebian } from '../../debian.ts'

/** A package of Debian's, unpacked in the cache: that takes no rights. */
const unpacked = cached('pgbouncer-debian')

/** Returns the path of PgBouncer, or undefined if there is none. */
export function findPgBouncer(): string | undefined {
  const { PGBOUNCER, PATH = '' } = process.env
  if (PGBOUNCER !== undefined) return existsSync(PGBOUNCER) ? PGBOUNCER : undefined
  const folders = [...PATH.split(delimiter), '/usr/sbin', '/usr/local/sbin', join(unpacked, 'usr', 'sbin')]
  return folders.map((folder) => join(folder, 'pgbouncer')).find((path) => existsSync(path))
}

/** Unpacks Debian's package into the cache where PgBouncer is missing; installs nothing. */
export function unpackPgBouncer(): void {
  if (findPgBouncer() !== undefined || process.env.PGBOUNCER !== undefined || !isDebian()) return
  console.log('Unpacking PgBouncer, for the tests of the store behind a pooler …')
  const aside = `${unpacked}.${process.pid}`
  mkdirSync(aside, { recursive: true })
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, {
      cwd: aside,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: 300_000,
    })
  try {
    const libraries = run('apt-cache', 'depends', 'pgbouncer').match(/(?<=Depends: )lib(?:event|c-ares)\S+/g) ?? []
    run('apt-get', 'download', '-q', 'pgbouncer', ...libraries)
    for (const file of readdirSync(aside).filter((name) => name.endsWith('.deb'))) run('dpkg-deb', '-x', file, aside)
    renameSync(aside, unpacked)
  } catch {
    // It has said itself what it lacks; the tests that need a pooler are skipped.
    rmSync(aside, { recursive: true, force: true })
  }
}

/** Returns in one line what is missing, and what is not tested without it; undefined if nothing is. */
export function missingPgBouncer(): string | undefined {
  if (findPgBouncer() !== undefined) return undefined
  return 'no PgBouncer: `apt-get install pgbouncer`, or PGBOUNCER=<its path>; skipped: test/store/postgres/pooler.test.ts'
}

/** Folders of libraries that were unpacked beside it, if it is not installed. */
export function libraryFolders(): string[] {
  const folder = join(unpacked, 'usr', 'lib')
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
}
