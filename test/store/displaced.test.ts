import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { beforeEach, expect, onTestFinished, test } from 'vitest'

import { artifactLocation } from '../../src/artifacts/open.ts'
import { recordEvent } from '../../src/store/events.ts'
import { openStore, withStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { plannedSweep, temporaryFolder } from './temporary-store.ts'

// The kinds are those of https://sqlite.org/howtocorrupt.html: files of a database that lose their names while it is open.

let folder: string
let path: string

beforeEach(() => {
  folder = join(temporaryFolder(), 'project')
  mkdirSync(folder)
  path = join(folder, 'swath.db')
})

/** A store that is open and has written two events, which are in its log. */
async function writing(location = path): Promise<Store> {
  const store = await openStore(location, 'write')
  onTestFinished(() => store.close().catch(() => undefined))
  await plannedSweep(store, 2)
  await write(store, 'first')
  await write(store, 'second')
  return store
}

function write({ db }: Store, detail: string): Promise<void> {
  return recordEvent(db, 1, 'ended', '2026-01-01T00:00:00.000Z', detail)
}

function eventsIn(file: string): Promise<string[]> {
  return withStore(file, 'write', async ({ db }) =>
    (await db.selectFrom('events').select('detail').where('kind', '=', 'ended').orderBy('id').execute()).map(
      ({ detail }) => detail ?? '',
    ),
  )
}

async function otherStore(): Promise<string> {
  const other = join(folder, 'other.db')
  await (await openStore(other, 'write')).close()
  return other
}

const rescued = () => `${path}.rescued`

/** What is done to the files, what the error says of it, and where all that was written is afterwards. */
const kinds: Readonly<
  Record<string, { readonly attack: () => void | Promise<void>; readonly says: string; readonly holds?: () => string }>
> = {
  removed: {
    attack: () => {
      unlinkSync(path)
    },
    says: 'swath.db was removed while it was open; all that was reported is saved in',
  },
  'removed with its log': {
    attack: () => {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`)
    },
    says: 'swath.db was removed',
  },
  'renamed without its log': {
    attack: () => {
      renameSync(path, join(folder, 'old.db'))
    },
    says: 'swath.db was renamed to ',
  },
  replaced: {
    attack: async () => {
      renameSync(await otherStore(), path)
    },
    says: 'swath.db was replaced',
  },
  'parted from its log': {
    attack: () => {
      unlinkSync(`${path}-wal`)
    },
    says: 'swath.db lost its log: ',
  },
  'parted from the index of its log': {
    attack: () => {
      renameSync(`${path}-shm`, `${path}-gone`)
    },
    says: 'swath.db lost the index of its log: ',
  },
  'moved with its folder': {
    attack: () => {
      renameSync(folder, `${folder}-2`)
    },
    says: `project-2/swath.db`,
    holds: () => join(`${folder}-2`, 'swath.db'),
  },
  'removed with its folder': {
    attack: () => {
      rmSync(folder, { recursive: true })
    },
    says: 'swath.db was removed',
    holds: () => join(dirname(folder), 'swath.db.rescued'),
  },
}

test.for(Object.entries(kinds))('a store that is %s says so, and keeps all that was written', async ([, kind]) => {
  const store = await writing()
  await kind.attack()
  await expect(write(store, 'third')).rejects.toThrow(kind.says)
  await expect(store.close()).rejects.toThrow(kind.says)
  expect(await eventsIn((kind.holds ?? rescued)())).toEqual(['first', 'second', 'third'])
})

test.for(Object.entries(kinds))(
  'a process that does not write notices within seconds that it is %s',
  async ([, kind]) => {
    const store = await writing()
    await kind.attack()
    await once(store.lost, 'abort', { signal: AbortSignal.timeout(2_500) })
    expect(() => {
      store.lost.throwIfAborted()
    }).toThrow(kind.says)
    expect(await eventsIn((kind.holds ?? rescued)())).toEqual(['first', 'second'])
  },
)

test('the log of a store that was removed does not damage the next one of its name', async () => {
  const store = await writing()
  unlinkSync(path)
  await expect(store.close()).rejects.toMatchObject({ hint: `mv ${rescued()} ${path}, then \`swath resume\`` })
  expect(existsSync(`${path}-wal`)).toBe(false)
  renameSync(rescued(), path)
  expect(await eventsIn(path)).toEqual(['first', 'second'])
  expect(await withStore(path, 'inspect', async (again) => (await again.check()).damage)).toEqual([])
})

test('processes that write to one store save it under one name, with what each of them has written', async () => {
  const first = await writing()
  const second = await openStore(path, 'write')
  onTestFinished(() => second.close().catch(() => undefined))
  await write(second, 'by the second')
  unlinkSync(path)
  await expect(first.close()).rejects.toThrow(`saved in ${rescued()}`)
  // The second process has not noticed yet, and its commit is in the open files alone.
  await expect(write(second, 'after the first copy')).rejects.toThrow(`saved in ${rescued()}`)
  expect(existsSync(`${rescued()}-2`)).toBe(false)
  expect(await eventsIn(rescued())).toEqual(['first', 'second', 'by the second', 'after the first copy'])
})

test('what an earlier store of this name left is not overwritten', async () => {
  await (await writing()).close()
  renameSync(path, rescued())
  const store = await writing()
  unlinkSync(path)
  await expect(store.close()).rejects.toThrow(`saved in ${rescued()}-2`)
  expect(await eventsIn(rescued())).toEqual(['first', 'second'])
})

test('whatever has the name of the copy is left alone: a link to nowhere, a pipe, a folder', async () => {
  symlinkSync('nowhere', rescued())
  execFileSync('mkfifo', [`${rescued()}-2`])
  mkdirSync(`${rescued()}-3`)
  symlinkSync(rescued(), `${rescued()}-4`)
  const store = await writing()
  unlinkSync(path)
  await expect(store.close()).rejects.toThrow(`saved in ${rescued()}-5`)
  expect(readlinkSync(rescued())).toBe('nowhere')
  expect(await eventsIn(`${rescued()}-5`)).toEqual(['first', 'second'])
})

test('a log that another database has by now is left alone', async () => {
  const store = await writing()
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`)
  const next = await openStore(path, 'write')
  onTestFinished(() => next.close())
  await plannedSweep(next, 1)
  await expect(store.close()).rejects.toMatchObject({
    hint: `move ${path} away, then mv ${rescued()} ${path}, then \`swath resume\``,
  })
  expect(existsSync(`${path}-wal`)).toBe(true)
  await write(next, 'of the next one')
  expect(next.lost.aborted).toBe(false)
})

test('a process that has written nothing saves nothing', async () => {
  await (await writing()).close()
  // The first opening brings in line what follows from the rows that the test wrote.
  await (await openStore(path, 'change')).close()
  const store = await openStore(path, 'change')
  unlinkSync(path)
  await once(store.lost, 'abort', { signal: AbortSignal.timeout(2_500) })
  expect(() => {
    store.lost.throwIfAborted()
  }).toThrow('swath.db was removed while it was open')
  expect(existsSync(rescued())).toBe(false)
  await store.close()
})

test('a link that leads to another store meanwhile ends what writes, and what was written stays where it is', async () => {
  const link = join(folder, 'link.db')
  symlinkSync('swath.db', link)
  const store = await writing(link)
  const other = await otherStore()
  rmSync(link)
  symlinkSync(basename(other), link)
  await expect(write(store, 'third')).rejects.toThrow(
    `leads to another file while it was open; all that was reported is in ${path}`,
  )
  await expect(store.close()).rejects.toThrow('leads to another file')
  expect(await eventsIn(path)).toEqual(['first', 'second', 'third'])
})

test('a store behind links is one store: its log and its artifacts are beside the file', async () => {
  const elsewhere = temporaryFolder()
  const [real, link, far] = [join(elsewhere, 'real.db'), join(folder, 'swath.db'), join(folder, 'far.db')]
  symlinkSync(real, link)
  symlinkSync('swath.db', far)
  const store = await writing(far)
  const second = await openStore(link, 'write')
  await write(second, 'by the other name')
  expect(existsSync(`${real}-wal`)).toBe(true)
  expect(existsSync(`${link}-wal`)).toBe(false)
  expect(artifactLocation(far)).toBe(join(elsewhere, 'real-artifacts'))
  expect(artifactLocation(link)).toBe(artifactLocation(real))
  await second.close()
  await store.close()
  expect(await eventsIn(real)).toEqual(['first', 'second', 'by the other name'])
})

test('a link in a circle is refused', async () => {
  symlinkSync('b.db', join(folder, 'a.db'))
  symlinkSync('a.db', join(folder, 'b.db'))
  await expect(openStore(join(folder, 'a.db'), 'write')).rejects.toThrow(/a\.db cannot be used/)
})

test('a store with two names is not written, for its log would be beside one of them alone', async () => {
  await (await writing()).close()
  const second = join(folder, 'second.db')
  linkSync(path, second)
  for (const each of [path, second])
    await expect(openStore(each, 'write')).rejects.toThrow(`${each} has another name (a hard link)`)
  // As in a snapshot that a backup program made of links.
  expect(await withStore(second, 'read', ({ db }) => db.selectFrom('events').select('kind').execute())).toHaveLength(3)
  expect(existsSync(`${second}-wal`)).toBe(false)
  const copy = join(folder, 'copy.db')
  copyFileSync(second, copy)
  expect(await eventsIn(copy)).toEqual(['first', 'second'])
  expect(statSync(path).nlink).toBe(2)
})
