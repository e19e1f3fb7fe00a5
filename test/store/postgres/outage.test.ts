import { expect, onTestFinished, test } from 'vitest'

import { startPostgres } from '../../../src/local-postgres/server.ts'
import type { Store } from '../../../src/store/store.ts'
import { attemptsOf, metricsOf, trialById } from '../../../src/store/trials.ts'
import { sharedWriter } from '../../run/shared-writer.ts'
import { end, report, start } from '../change-of.ts'
import { postgresLocation, temporaryFolder } from '../temporary-store.ts'
import { cuttingProxy } from './cutting-proxy.ts'

const valuesOf = async (store: Store, trialId: number) =>
  (await metricsOf(store.db, trialId)).map(({ epoch, value }) => [epoch, value])

test('a server that is restarted makes a sweep wait, and nothing is lost', async () => {
  const folder = temporaryFolder()
  const first = await startPostgres(folder)
  const { store, notes, heard, patience, aggregator, trialId } = await sharedWriter(first.url)
  await aggregator.write(start(trialId))
  await aggregator.write(report(trialId, { epoch: 1, loss: 3 }))
  await first.stop()

  const written = aggregator.write(report(trialId, { epoch: 2, loss: 2 }))
  const read = patience.read(() => trialById(store.db, trialId))
  await heard
  const second = await startPostgres(folder)
  onTestFinished(() => second.stop())
  expect(second.url).toBe(first.url)
  expect(await written).toBe(true)
  expect(await read).toMatchObject({ state: 'running' })
  await aggregator.write(end(trialId, 'completed'))
  expect(await valuesOf(store, trialId)).toEqual([
    [1, 3],
    [2, 2],
  ])
  expect(notes).toEqual([
    expect.stringMatching(/^postgres:\S+ cannot be written: the server .*What trains goes on/),
    expect.stringMatching(/takes writes again: the sweep goes on/),
  ])
  expect(notes.join()).not.toContain(new URL(first.url).password)
  expect((await store.query('select count(*) as n from metrics')).rows).toEqual([{ n: 2 }])
})

test('what was committed when the connection was lost is not written twice', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { store, aggregator, trialId } = await sharedWriter(proxy.url)
  for (const change of [
    start(trialId),
    report(trialId, { epoch: 1, loss: 3 }),
    report(trialId, { epoch: 2, loss: 2 }),
    end(trialId, 'completed'),
  ]) {
    const lost = proxy.cutNextCommit()
    const written = aggregator.write(change)
    await lost
    expect(await written).toBe(true)
  }
  expect(await valuesOf(store, trialId)).toEqual([
    [1, 3],
    [2, 2],
  ])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ attempt: 1, state: 'completed' }])
  const { rows } = await store.query("select mean from trial_metrics where name = 'loss'")
  expect(rows).toEqual([{ mean: 2.5 }])
})

test('what was refused is known, also where the answer to the commit was lost', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { aggregator, trialId } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  const lost = proxy.cutNextCommit()
  const [late, kept] = [aggregator.write(start(trialId)), aggregator.write(report(trialId, { epoch: 1, loss: 1 }))]
  await lost
  expect(await Promise.all([late, kept])).toEqual([false, true])
})

test('a transaction that was cut is made anew', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { store, heard, aggregator, trialId } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  proxy.cut()
  const written = aggregator.write(report(trialId, { epoch: 1, loss: 1 }))
  await heard
  proxy.mend()
  expect(await written).toBe(true)
  await aggregator.write(end(trialId, 'completed'))
  expect(await valuesOf(store, trialId)).toEqual([[1, 1]])
})

test('connections that break while nobody uses them are of no consequence', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { store, trialId } = await sharedWriter(proxy.url)
  await Promise.all(Array.from({ length: 5 }, () => trialById(store.db, trialId)))
  proxy.cut()
  await new Promise((resolve) => setImmediate(resolve))
  proxy.mend()
  const found = await trialById(store.db, trialId).catch((error: unknown) => store.obstacle(error))
  expect(found === undefined || typeof found === 'string' || found.id === trialId).toBe(true)
  expect(await trialById(store.db, trialId)).toMatchObject({ id: trialId })
})
