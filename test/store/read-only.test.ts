import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

import { sqliteDriver } from '../../src/setup/sqlite.ts'
import type { SqliteDriver } from '../../src/sqlite/database.ts'
import { openStore } from '../../src/store/open.ts'
import { olderStore } from './older-store.ts'
import { plannedSweep, temporaryFolder } from './temporary-store.ts'

/** Of a store in a folder; the folder may be read by all, and written by nobody. */
function closeFolder(path: string): void {
  const folder = dirname(path)
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444)
  chmodSync(folder, 0o555)
  onTestFinished(() => {
    chmodSync(folder, 0o755)
  })
}

async function closedStore(): Promise<string> {
  const path = join(temporaryFolder(), 'swath.db')
  const store = await openStore(path, 'write')
  await plannedSweep(store, 2)
  await store.close()
  closeFolder(path)
  return path
}

const script = fileURLToPath(new URL('read-store.ts', import.meta.url))
const nobody = 65_534
let cache: string
let temporary: string
let driver: SqliteDriver

beforeAll(async () => {
  // The driver where everybody may read it.
  driver = await sqliteDriver()
  cache = mkdtempSync(join(tmpdir(), 'swath-test-'))
  chmodSync(cache, 0o755)
  temporary = mkdtempSync(join(tmpdir(), 'swath-test-'))
  chmodSync(temporary, 0o777)
  if (driver.name === 'node:sqlite') return
  const folder = join(cache, basename(dirname(driver.nativeBinding)))
  mkdirSync(folder)
  copyFileSync(driver.nativeBinding, join(folder, basename(driver.nativeBinding)))
})

afterAll(() => {
  rmSync(cache, { recursive: true })
  rmSync(temporary, { recursive: true })
})

/** What somebody sees to whom permissions apply, as they do not to root. */
function seen(path: string, access = 'read'): unknown {
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  const SWATH_SQLITE = driver.name === 'node:sqlite' ? 'node' : 'better-sqlite3'
  const env = { ...process.env, SWATH_CACHE: cache, SWATH_SQLITE, TMPDIR: temporary }
  const output = execFileSync(process.execPath, ['--import', 'tsx', script, path, access], {
    ...user,
    env,
    encoding: 'utf8',
  })
  return JSON.parse(output)
}

const both = { isReadOnly: true, rows: [{ n: 2 }], trials: [2] }

describe.skipIf(process.platform === 'win32')('where nobody may write', () => {
  test('a store is read, and nothing is left behind', async () => {
    const path = await closedStore()
    expect(seen(path)).toEqual(both)
    expect(readdirSync(dirname(path))).toEqual(['swath.db'])
    expect(readdirSync(temporary).filter((name) => name.startsWith('swath-'))).toEqual([])
  })

  test('a store is read with what a process that was killed left in its log', async () => {
    const store = await openStore(join(temporaryFolder(), 'swath.db'), 'write')
    await plannedSweep(store, 2)
    const path = join(temporaryFolder(), 'swath.db')
    const source = store.location.replace('sqlite:', '')
    for (const ending of ['', '-wal']) copyFileSync(`${source}${ending}`, `${path}${ending}`)
    await store.close()
    closeFolder(path)
    expect(seen(path)).toEqual(both)
  })

  test('a store that somebody else writes to is read as it is', async () => {
    const path = join(temporaryFolder(), 'swath.db')
    const store = await openStore(path, 'write')
    await plannedSweep(store, 2)
    closeFolder(path)
    expect(seen(path)).toEqual(both)
    chmodSync(dirname(path), 0o755)
    await store.close()
  })

  test('a file that may only be read, in a folder that may be written, is read', async () => {
    const path = await closedStore()
    chmodSync(dirname(path), 0o777)
    expect(seen(path)).toEqual(both)
  })

  test('a store that has to be changed is refused before anything is done', async () => {
    const path = await closedStore()
    expect(seen(path, 'change')).toEqual({ error: expect.stringMatching(/swath\.db cannot be written/) as string })
  })

  test('a store of an older swath says why it is not read', async () => {
    const path = await olderStore()
    closeFolder(path)
    expect(seen(path)).toEqual({
      error: expect.stringMatching(
        /is of an older swath \(it lacks 0002-artifacts, .*cannot be written here/,
      ) as string,
    })
    expect(existsSync(`${path}.before-0002-artifacts`)).toBe(false)
  })
})
