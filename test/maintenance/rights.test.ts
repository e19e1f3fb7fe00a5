import {
  chmodSync,
  chownSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from 'vitest'

import { artifactFolder } from '../../src/artifacts/folder.ts'
import { backUp } from '../../src/maintenance/backup.ts'
import { repairStore } from '../../src/maintenance/repair.ts'
import { sqlitePath } from '../../src/store/location.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { trainedStore, type TrainedStore } from './stores.ts'

/** As root the owner is another user; any other user can only try the permissions. */
const isRoot = process.getuid?.() === 0
const owner = isRoot ? { uid: 65_534, gid: 65_533 } : { uid: process.getuid?.(), gid: process.getgid?.() }
const usual = { replace: false, withArtifacts: true }
let umask: number

beforeEach(() => {
  umask = process.umask(0o022)
})
afterEach(() => {
  process.umask(umask)
})

function give(path: string, mode: number): void {
  if (isRoot) chownSync(path, owner.uid ?? 0, owner.gid ?? 0)
  chmodSync(path, mode)
}

function rights(path: string) {
  const { uid, gid, mode } = statSync(path)
  return { uid, gid, mode: (mode & 0o777).toString(8) }
}

/** A store and its artifacts that only one user may read. */
async function privateStore(): Promise<TrainedStore & { readonly path: string }> {
  const trained = await trainedStore({ trials: 2 })
  const path = sqlitePath(trained.store.location)
  for (const file of [path, `${path}-wal`, `${path}-shm`]) give(file, 0o600)
  const { location } = trained.artifacts
  give(location, 0o700)
  for (const entry of readdirSync(location, { recursive: true, withFileTypes: true }))
    give(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o640)
  return { ...trained, path }
}

test('a backup keeps owner and permissions of the store, of its artifacts and of their folders', async () => {
  const { store } = await privateStore()
  const path = join(temporaryFolder(), 'kept.db')
  await backUp(store, path, usual)
  expect(rights(path)).toEqual({ ...owner, mode: '600' })
  const artifacts = join(dirname(path), 'kept-artifacts')
  expect(rights(artifacts)).toEqual({ ...owner, mode: '700' })
  const entries = readdirSync(artifacts, { recursive: true, withFileTypes: true })
  expect(entries).toHaveLength(4)
  for (const entry of entries)
    expect(rights(join(entry.parentPath, entry.name))).toEqual({ ...owner, mode: entry.isDirectory() ? '700' : '640' })
})

test('a copy is open to no more users while it is made', async () => {
  const { store } = await privateStore()
  const path = join(temporaryFolder(), 'kept.db')
  const seen: string[] = []
  await store.file().copyTo(path, {
    replace: false,
    prepare: async (copy) => {
      await copy.db.updateTable('sweeps').set({ description: 'written' }).execute()
      for (const name of readdirSync(dirname(path))) {
        seen.push(name.replace(/^kept\.db\.[0-9a-f-]{36}/, 'copy'))
        expect(rights(join(dirname(path), name)), name).toEqual({ ...owner, mode: '600' })
      }
    },
  })
  expect(seen.sort()).toEqual(['copy', 'copy-shm', 'copy-wal'])
})

test('a backup that is replaced is open to nobody to whom it or the store was not', async () => {
  const { store, path: own } = await privateStore()
  const path = join(temporaryFolder(), 'kept.db')
  await backUp(store, path, usual)
  chmodSync(own, 0o644)
  await backUp(store, path, { ...usual, replace: true })
  expect(rights(path).mode).toBe('600')
  chmodSync(path, 0o644)
  chmodSync(own, 0o640)
  await backUp(store, path, { ...usual, replace: true })
  expect(rights(path).mode).toBe('640')
})

test('a backup through a link is written where the link leads', async () => {
  const { store } = await privateStore()
  const [real, link] = [join(temporaryFolder(), 'real.db'), join(temporaryFolder(), 'link.db')]
  await backUp(store, real, usual)
  symlinkSync(real, link)
  await backUp(store, link, { ...usual, replace: true })
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  expect(readdirSync(dirname(link))).toEqual(['link.db'])
  expect(readdirSync(dirname(real)).sort()).toEqual(['real-artifacts', 'real.db'])
})

test('a damaged store that is repaired keeps owner and permissions, also behind a link', async () => {
  const { store, path } = await privateStore()
  await store.close()
  const bytes = readFileSync(path)
  bytes.fill(0xff, bytes.length - 4096)
  writeFileSync(path, bytes)
  const link = join(temporaryFolder(), 'link.db')
  symlinkSync(path, link)
  await repairStore(link, () => undefined)
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
  const files = readdirSync(dirname(path)).filter((name) => name.startsWith(basename(path)))
  expect(files.sort()).toEqual(['swath.db', 'swath.db.damaged'])
  for (const name of files) expect(rights(join(dirname(path), name)), name).toEqual({ ...owner, mode: '600' })
})

test('a copy of files that are pruned meanwhile has the rights of the folder that held them', () => {
  const [from, to] = [temporaryFolder(), join(temporaryFolder(), 'copy')]
  const artifacts = artifactFolder(from)
  artifacts.write('trial-1/a', [Buffer.from('a')])
  artifacts.write('trial-2/a', [Buffer.from('a')])
  give(from, 0o750)
  give(join(from, 'trial-1'), 0o700)
  artifacts.remove(['trial-1/a', 'trial-2/'])
  const copy = artifactFolder(to, from)
  for (const name of ['trial-1/a', 'trial-2/a']) copy.write(name, [Buffer.from('a')])
  const shown = (name: string) => rights(join(to, name)).mode
  expect([shown(''), shown('trial-1'), shown('trial-1/a')]).toEqual(['750', '700', '600'])
  expect([shown('trial-2'), shown('trial-2/a')]).toEqual(['750', '640'])
})
