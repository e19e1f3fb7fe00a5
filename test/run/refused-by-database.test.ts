import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { openStore } from '../../src/store/open.ts'
import { setback } from '../../src/store/postgres/errors.ts'
import { attemptsOf, metricsOf, trialsOf } from '../../src/store/trials.ts'
import { plannedSweep, postgresLocation } from '../store/temporary-store.ts'
import { end, report, start } from '../store/change-of.ts'
import { cuttingProxy } from '../store/postgres/cutting-proxy.ts'
import { sharedWriter } from './shared-writer.ts'

const ofServer = (code: string) => Object.assign(new pg.DatabaseError('it says', 0, 'error'), { code })

test('what a live server fails is tried again, unless it would say the same again', () => {
  for (const code of ['57014', '25P03', '25P04', '55P03', '40001', '40P01', '57P05', 'XX000', 'P0001', '99999'])
    expect(setback(ofServer(code)), code).toBe('it says')
  for (const code of ['23505', '42P01', '22P05', '42501', '08006', '53100', '57P01'])
    expect(setback(ofServer(code)), code).toBeUndefined()
  expect(setback(new TypeError('a bug'))).toBeUndefined()
  expect(setback(Object.assign(new Error('it says'), { code: 'EPIPE' }))).toBeUndefined()
})

/** Cancels, or ends, what a store's sessions do, whenever one does something, until it is told to stop. */
async function attack(call: 'pg_cancel_backend' | 'pg_terminate_backend', times: number): Promise<void> {
  const client = new pg.Client(inject('postgres').url)
  await client.connect()
  for (let hits = 0; hits < times;) {
    const { rows } = await client.query<{ hit: boolean }>(`
      select ${call}(l.pid) as hit from pg_locks l join pg_stat_activity a on a.pid = l.pid
      where l.pid <> pg_backend_pid() and a.application_name = 'swath' and not l.granted`)
    hits += rows.length
  }
  await client.end()
}

/** A session that has the lock of a store to itself. */
async function locking(location: string): Promise<pg.Client> {
  const client = new pg.Client(inject('postgres').url)
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`begin; lock table ${new URL(location).searchParams.get('schema') ?? ''}.lock_store`)
  return client
}

test('a report whose statements are cancelled again and again is stored once, and is told', async () => {
  const location = postgresLocation()
  const { store, notes, aggregator, trialId } = await sharedWriter(location)
  await aggregator.write(start(trialId))
  const lock = await locking(location)
  const written = aggregator.write(report(trialId, { epoch: 1, loss: 1 }))
  await attack('pg_cancel_backend', 2)
  await lock.query('rollback')
  expect(await written).toBe(true)
  await aggregator.write(end(trialId, 'completed'))
  expect((await metricsOf(store.db, trialId)).map(({ value }) => value)).toEqual([1])
  expect(
    notes.filter((note) => note.includes('canceling statement due to user request. It is tried again')),
  ).toHaveLength(1)
})

test.each(['statement_timeout', 'lock_timeout', 'transaction_timeout'])(
  'a report is stored once where %s ends what it does',
  async (setting) => {
    const location = postgresLocation()
    await (await openStore(location, 'write')).close()
    const { store, heard, aggregator, trialId } = await sharedWriter(`${location}&options=-c%20${setting}%3D1500`)
    await aggregator.write(start(trialId))
    const lock = await locking(location)
    const written = aggregator.write(report(trialId, { epoch: 1, loss: 1 }))
    await heard
    await lock.query('rollback')
    expect(await written).toBe(true)
    expect((await metricsOf(store.db, trialId)).map(({ value }) => value)).toEqual([1])
  },
)

/** Has the server refuse each metric of this name, with a code that swath does not know. */
async function refuseMetric(location: string, name: string): Promise<void> {
  const client = new pg.Client(inject('postgres').url)
  await client.connect()
  const schema = new URL(location).searchParams.get('schema') ?? ''
  await client.query(`
    create function ${schema}.refuse() returns trigger language plpgsql as
      $$begin if new.name = '${name}' then raise exception 'no room for ${name}' using errcode = 'ZZ999'; end if; return new; end$$;
    create trigger refuse before insert on ${schema}.metrics for each row execute function ${schema}.refuse()`)
  await client.end()
}

test('a change that the server refuses fails its own trial, and the others of its group are stored', async () => {
  const location = postgresLocation()
  const { store, sweep, aggregator } = await sharedWriter(location)
  const second = await plannedSweep(store, 2, 'second')
  const [first] = await trialsOf(store.db, sweep.id)
  const others = await trialsOf(store.db, second.id)
  await refuseMetric(location, 'poison')
  const ids = [first, ...others].map((trial) => trial?.id ?? 0)
  const [poisoned = 0, ...healthy] = ids
  await Promise.all(ids.map((id) => aggregator.write(start(id))))
  const written = await Promise.allSettled([
    aggregator.write(report(poisoned, { epoch: 1, poison: 1 })),
    ...healthy.map((id) => aggregator.write(report(id, { epoch: 1, loss: 1 }))),
  ])
  expect(written).toMatchObject([
    { status: 'rejected', reason: { message: 'no room for poison' } },
    { status: 'fulfilled', value: true },
    { status: 'fulfilled', value: true },
  ])
  await aggregator.write(end(poisoned, 'failed', 1, { error: 'no room for poison' }))
  expect(await attemptsOf(store.db, poisoned)).toMatchObject([{ state: 'failed', error: 'no room for poison' }])
})

test('a report that was kept while the server was away, and is refused then, fails its trial', async () => {
  const location = postgresLocation()
  const proxy = await cuttingProxy(location)
  const { store, aggregator, trialId } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  proxy.cut()
  expect(await aggregator.write(report(trialId, { epoch: 1, loss: 1 }))).toBe(true)
  expect(await aggregator.write(report(trialId, { epoch: 2, poison: 1 }))).toBe(true)
  await refuseMetric(location, 'poison')
  const ended = aggregator.write(end(trialId, 'completed'))
  proxy.mend()
  await expect(ended).rejects.toThrow('no room for poison')
  expect(await aggregator.write(end(trialId, 'failed', 1, { error: 'no room for poison' }))).toBe(true)
  expect((await metricsOf(store.db, trialId)).map(({ epoch }) => epoch)).toEqual([1])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ state: 'failed', error: 'no room for poison' }])
})
