import { statSync } from 'node:fs'

import { Kysely, SqliteDialect } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'

import { sqliteDriver } from '../../../src/setup/sqlite.ts'
import type { Database, OpenOptions } from '../../../src/sqlite/database.ts'
import { openDatabase } from '../../../src/sqlite/open-database.ts'
import { applyChanges } from '../../../src/store/changes.ts'
import { sqlitePath } from '../../../src/store/location.ts'
import type { Schema } from '../../../src/store/schema.ts'
import type { Store } from '../../../src/store/store.ts'
import { trialsOf } from '../../../src/store/trials.ts'
import { report, start } from '../change-of.ts'
import { plannedSweep, temporaryStore } from '../temporary-store.ts'

/** Another process's connection that fails at once where it would have to wait for anybody. */
async function impatient(store: Store, options: OpenOptions = {}): Promise<Database> {
  const database = openDatabase(await sqliteDriver(), sqlitePath(store.location), { timeout: 0, ...options })
  onTestFinished(() => {
    database.close()
  })
  return database
}

/** A trial that has just begun. */
async function runningTrial(store: Store): Promise<number> {
  const [trial] = await trialsOf(store.db, (await plannedSweep(store)).id)
  const trialId = trial?.id ?? 0
  await applyChanges(store.db, [start(trialId)])
  return trialId
}

const losses = (epoch: number, metrics: number) => ({
  epoch,
  ...Object.fromEntries(Array.from({ length: metrics }, (_, k) => [`loss_${k}`, 1 / epoch])),
})

test('a running sweep writes while questions are answered, and neither waits for the other', async () => {
  const store = await temporaryStore()
  const trialId = await runningTrial(store)
  const writer = new Kysely<Schema>({ dialect: new SqliteDialect({ database: await impatient(store) }) })

  let writing = true
  const questions = async () => {
    const seen: number[] = []
    while (writing) {
      const { rows } = await store.query('select count(*) as reports, max(epoch) as epoch from metrics')
      // A group is there whole or not at all.
      expect(rows[0]?.reports).toBe(Number(rows[0]?.epoch))
      seen.push(Number(rows[0]?.reports))
    }
    return seen
  }
  const answers = questions()
  // As many as it takes until answers came from the midst of it.
  let epoch = 0
  await store.query('select 1')
  while (epoch < 300) {
    await applyChanges(writer, [report(trialId, losses(++epoch, 1)), report(trialId, losses(++epoch, 1))])
    await new Promise((resolve) => setImmediate(resolve))
  }
  writing = false
  const seen = await answers
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect((await store.query('select count(*) as reports from metrics')).rows).toEqual([{ reports: 300 }])
})

test('a question is answered while a group is being written', async () => {
  const store = await temporaryStore()
  await plannedSweep(store)
  const writer = await impatient(store)
  writer.exec('begin exclusive')
  writer.exec('delete from trials')
  expect((await store.query('select count(*) as trials from trials')).rows).toEqual([{ trials: 3 }])
  writer.exec('rollback')
})

test('a read that stays open stops no writer, and the log that grows meanwhile is small again after it', async () => {
  const store = await temporaryStore()
  const trialId = await runningTrial(store)
  const write = (epoch: number) => applyChanges(store.db, [report(trialId, losses(epoch, 5_000))])
  const logSize = () => statSync(`${sqlitePath(store.location)}-wal`).size
  await write(1)

  const reader = await impatient(store, { readonly: true })
  const open = reader.prepare('select * from metrics').iterate()
  open.next()
  let epoch = 1
  while (logSize() < 2 * 2 ** 24) await write(++epoch)
  expect((await store.query('select count(*) as n from metrics')).rows).toEqual([{ n: 5_000 * epoch }])

  open.return?.()
  // The next commits take the log from its beginning.
  await write(epoch + 1)
  await write(epoch + 2)
  expect(logSize()).toBeLessThanOrEqual(2 ** 24)
})
