import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'

import type { SharedQueue } from '../../../src/queue/shared-queue.ts'
import { applyChanges } from '../../../src/store/changes.ts'
import { reconcileQueue } from '../../../src/store/reconcile-queue.ts'
import { openStore } from '../../../src/store/open.ts'
import type { Store } from '../../../src/store/store.ts'
import { defineSweepView } from '../../../src/store/sweep-view.ts'
import { trialsOf } from '../../../src/store/trials.ts'
import { end, report, start } from '../change-of.ts'
import { plannedSweep, postgresLocation } from '../temporary-store.ts'
import { findPgBouncer, missingPgBouncer } from './find-pgbouncer.ts'
import { startPgBouncer } from './pgbouncer.ts'

const trials = 20

async function sharedQueueOf(store: Store): Promise<SharedQueue> {
  const queue = await store.openQueue?.()
  if (queue === undefined) throw new Error('a store on a server has a queue')
  return queue
}

/** Opens a store twice, as two processes would; more connections than the pooler has. */
async function openTwice(location: string): Promise<[Store, Store]> {
  const first = await openStore(location, 'write')
  return [first, await openStore(location, 'write')]
}

describe.skipIf(findPgBouncer() === undefined)(`through PgBouncer (${missingPgBouncer() ?? 'found'})`, () => {
  test.each(['session', 'transaction'] as const)('two processes train side by side in %s mode', async (mode) => {
    // In session mode each connection of a client has one of the server.
    const settings = mode === 'session' ? { default_pool_size: '12' } : { default_pool_size: '3' }
    const { url } = await startPgBouncer(postgresLocation(), mode, settings)
    const stores = await openTwice(url)
    const sweep = await plannedSweep(stores[0], trials)
    await defineSweepView(stores[0].db, sweep, ['depth'], [])
    const ids = (await trialsOf(stores[0].db, sweep.id)).map(({ id }) => id)
    const queues = [await sharedQueueOf(stores[0]), await sharedQueueOf(stores[1])] as const
    const [queue, other] = [await queues[0].of(sweep.id), await queues[1].of(sweep.id)]
    await reconcileQueue(stores[0].db, queue, sweep.id)
    const taken = await Promise.all([queue.take(10, { alone: false }), other.take(10, { alone: false })])
    expect(
      taken
        .flat()
        .map(({ trialId }) => trialId)
        .sort((a, b) => a - b),
    ).toEqual(ids)
    await Promise.all(
      taken.flatMap((jobs, k) =>
        jobs.map(async ({ trialId, job }) => {
          const { db } = stores[k] ?? stores[0]
          const shared = { sweepId: sweep.id, queue: k === 0 ? queue : other }
          await applyChanges(db, [{ ...start(trialId), job }], { shared })
          await applyChanges(db, [report(trialId, { epoch: 1, loss: trialId })], { shared })
          await (stores[k] ?? stores[0]).query('select count(*) from results')
          await applyChanges(db, [report(trialId, { epoch: 2, loss: 0.1 }), end(trialId, 'completed')], { shared })
        }),
      ),
    )
    const { rows } = await stores[1].query(
      `select count(distinct trial_id) as trials, count(*) as n, sum(value) as sum from metrics where name = 'loss'`,
    )
    const sum = ids.reduce((all, id) => all + id + 0.1, 0)
    expect(rows).toEqual([{ trials, n: 2 * trials, sum: expect.closeTo(sum) as number }])
    expect((await queue.held()).size).toBe(0)
    for (const each of queues) await each.close()
    for (const store of stores) await store.close()
  })

  test('a session leaves nothing on the connections of the pooler', async () => {
    const location = postgresLocation()
    const { url } = await startPgBouncer(location, 'transaction', { default_pool_size: '1' })
    const other = new pg.Client(url.replace(/\?.*/, ''))
    const state = async () => {
      const { rows } = await other.query<object>(
        `select current_user::text as user, name, setting from pg_settings where source = 'session' and name <> 'application_name' order by name`,
      )
      return rows
    }
    await other.connect()
    const before = await state()
    const store = await openStore(url, 'write')
    await plannedSweep(store, 2)
    await store.query('select * from results')
    expect(await state()).toEqual(before)
    await store.close()
    await other.end()
  })

  test('statement mode is refused, with what to do', async () => {
    const { url } = await startPgBouncer(postgresLocation(), 'statement')
    const opened = openStore(url, 'write')
    await expect(opened).rejects.toMatchObject({
      ...{ code: 'store', exitCode: 1 },
      message: expect.stringMatching(/pools single statements/) as string,
      hint: expect.stringContaining('pool_mode = transaction') as string,
    })
  })

  test('options in the URL are refused by the pooler, with what to do', async () => {
    const { url } = await startPgBouncer(postgresLocation(), 'transaction')
    const opened = openStore(`${url}&options=-c%20statement_timeout%3D5s`, 'write')
    await expect(opened).rejects.toMatchObject({ code: 'store', hint: expect.stringContaining('options') as string })
  })
})

test('a database that is read-only by default is refused for writing, with what to do', async () => {
  const location = postgresLocation()
  await (await openStore(location, 'write')).close()
  const readOnly = `${location}&options=-c%20default_transaction_read_only%3Don`
  await expect(openStore(readOnly, 'write')).rejects.toMatchObject({
    code: 'store',
    message: expect.stringMatching(/default_transaction_read_only/) as string,
    hint: expect.stringMatching(/alter role/) as string,
  })
  const store = await openStore(readOnly, 'read')
  expect((await store.query('select count(*) as n from sweeps')).rows).toEqual([{ n: 0 }])
  await store.close()
  expect(inject('postgres').url).toBeDefined()
})
