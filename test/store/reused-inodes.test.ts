import type * as FileSystem from 'node:fs'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'

import { recordEvent } from '../../src/store/events.ts'
import { openStore, withStore } from '../../src/store/open.ts'
import { plannedSweep, temporaryFolder } from './temporary-store.ts'

// A file system gives the number of a removed file to the next one. Here it gives all of them the same.

const times = vi.hoisted(() => ({ areKept: true }))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof FileSystem>()
  const statSync = (path: string, options?: { readonly bigint?: boolean }) => {
    const stats = real.statSync(path, options as object)
    if (options?.bigint !== true) return stats
    return Object.assign(stats, { dev: 1n, ino: 2n }, times.areKept ? {} : { birthtimeNs: 0n })
  }
  return { ...real, statSync }
})

/** Loses a store that has one event, and returns the names of all copies in the folder. */
async function lose(path: string, detail: string): Promise<string[]> {
  const store = await openStore(path, 'write')
  onTestFinished(() => store.close().catch(() => undefined))
  await plannedSweep(store, 1)
  await recordEvent(store.db, 1, 'ended', '2026-01-01T00:00:00.000Z', detail)
  for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`)
  await expect(store.close()).rejects.toThrow('all that was reported is saved in')
  return readdirSync(join(path, '..')).filter((name) => name.includes('.rescued'))
}

function eventsIn(file: string): Promise<(string | null)[]> {
  return withStore(file, 'write', async ({ db }) => {
    const rows = await db.selectFrom('events').select('detail').where('kind', '=', 'ended').execute()
    return rows.map(({ detail }) => detail)
  })
}

test.each([true, false])('no store that is lost overwrites an earlier one (times of creation: %s)', async (areKept) => {
  times.areKept = areKept
  const folder = join(temporaryFolder(), 'project')
  mkdirSync(folder)
  const path = join(folder, 'swath.db')
  await lose(path, 'of the first')
  await lose(path, 'of the second')
  const copies = await lose(path, 'of the third')
  expect(copies).toEqual(['swath.db.rescued', 'swath.db.rescued-2', 'swath.db.rescued-3'])
  const events = []
  for (const copy of copies) events.push(...(await eventsIn(join(folder, copy))))
  expect(events).toEqual(['of the first', 'of the second', 'of the third'])
})
