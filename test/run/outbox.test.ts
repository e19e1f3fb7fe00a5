import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { journalName } from '../../src/artifacts/host-folder.ts'
import { Journal, type JournalEntry } from '../../src/store/journal.ts'
import { deliver } from '../../src/run/outbox.ts'
import { publishSoon } from '../../src/run/publish.ts'
import { threshold } from '../../src/stopping/threshold.ts'
import { checkpointsOf } from '../../src/store/artifacts.ts'
import type { Store } from '../../src/store/store.ts'
import { attemptsOf, metricsOf, trialById } from '../../src/store/trials.ts'
import { end, report, start } from '../store/change-of.ts'
import { cuttingProxy } from '../store/postgres/cutting-proxy.ts'
import { postgresLocation, temporaryFolder } from '../store/temporary-store.ts'
import { sharedWriter } from './shared-writer.ts'

const epochsOf = async (store: Store, trialId: number) => (await metricsOf(store.db, trialId)).map(({ epoch }) => epoch)

test('while a server is away reports are kept, and what wants an answer waits', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { store, folder, notes, aggregator, trialId } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  await aggregator.write(report(trialId, { epoch: 1, loss: 3 }))
  proxy.cut()
  for (const epoch of [2, 3, 4]) expect(await aggregator.write(report(trialId, { epoch, loss: 1 }))).toBe(true)
  const ended = aggregator.write(end(trialId, 'completed'))
  const again = aggregator.write(start(trialId, 2))
  expect(existsSync(join(folder, journalName))).toBe(true)
  proxy.mend()
  expect(await ended).toBe(true)
  // Its trial has ended by then.
  expect(await again).toBe(false)
  expect(await epochsOf(store, trialId)).toEqual([1, 2, 3, 4])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ attempt: 1, state: 'completed' }])
  expect(existsSync(join(folder, journalName))).toBe(false)
  expect(notes).toHaveLength(2)
})

test('what a rule makes of reports that were kept, their trial hears after its next one', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const rule = threshold({ type: 'threshold', epoch: 1, above: 2 }, [{ name: 'loss', goal: 'minimize' }])
  const { store, aggregator, trialId } = await sharedWriter(proxy.url, rule)
  await aggregator.write(start(trialId))
  expect(await aggregator.report(report(trialId, { epoch: 1, loss: 1 }))).toBe('kept')
  proxy.cut()
  const again = aggregator.write(start(trialId, 2))
  expect(await aggregator.report(report(trialId, { epoch: 2, loss: 3 }))).toBe('kept')
  proxy.mend()
  // The answer that it waits for comes after what was kept.
  expect(await again).toBe(false)
  const reason = 'stopped at epoch 2: loss 3 is above the threshold 2'
  expect(await trialById(store.db, trialId)).toMatchObject({ state: 'running', stop_reason: reason })
  expect(await aggregator.report(report(trialId, { epoch: 3, loss: 1 }))).toEqual({ stop: reason })
})

test('what comes too late is refused, and so is all that follows', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const direct = await sharedWriter(postgresLocation())
  const { store, aggregator, trialId, delivery } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  await store.db.updateTable('trials').set({ state: 'queued' }).execute()
  proxy.cut()
  expect(await aggregator.write(report(trialId, { epoch: 1, loss: 1 }))).toBe(true)
  const ended = aggregator.write(end(trialId, 'completed'))
  proxy.mend()
  expect(await ended).toBe(false)
  expect(await aggregator.write(report(trialId, { epoch: 2, loss: 1 }))).toBe(false)
  expect(await epochsOf(store, trialId)).toEqual([])
  expect(await trialById(delivery.store.db, trialId)).toMatchObject({ state: 'queued' })
  expect(direct.notes).toEqual([])
})

test('what a process that was ended has kept is delivered by the next one, once', async () => {
  const location = postgresLocation()
  const proxy = await cuttingProxy(location)
  const { store, folder, stop, aggregator, delivery, trialId } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  proxy.cut()
  for (const epoch of [1, 2]) await aggregator.write(report(trialId, { epoch, loss: epoch }))
  const ended = aggregator.write(end(trialId, 'completed'))
  stop.abort()
  await expect(ended).rejects.toThrow()
  // The power went while it wrote a line.
  appendFileSync(join(folder, journalName), '{"change":{"type":"re')

  proxy.mend()
  const journal = Journal.leftBehind(folder)
  expect(journal?.owner).toMatchObject({ store: store.location })
  const entries = journal?.first(10) ?? []
  expect(entries.map(({ change }) => change.type)).toEqual(['report', 'report', 'end'])
  expect(await deliver(delivery, entries.slice(0, 2))).toEqual(new Set())
  // Whoever did that was killed before it said so.
  await deliver(delivery, entries)
  await deliver(delivery, entries)
  expect(await epochsOf(store, trialId)).toEqual([1, 2])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ state: 'completed' }])
  journal?.delivered(entries.length)
  expect(Journal.leftBehind(folder)).toBeUndefined()
})

test('once a run ends, nothing overtakes what it has kept, also if the store is back', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { store, folder, stop, aggregator, delivery, trialId } = await sharedWriter(proxy.url)
  await aggregator.write(start(trialId))
  proxy.cut()
  for (const epoch of [1, 2]) await aggregator.write(report(trialId, { epoch, loss: epoch }))
  const next = aggregator.write(start(trialId, 2))
  stop.abort()
  await expect(next).rejects.toThrow()
  proxy.mend()
  await aggregator.write(report(trialId, { epoch: 3, loss: 3 })).catch(() => undefined)
  await aggregator.write(end(trialId, 'queued')).catch(() => undefined)

  const entries = Journal.leftBehind(folder)?.first(10) ?? []
  if (entries.length > 0) await deliver(delivery, entries)
  expect(await epochsOf(store, trialId)).toEqual([1, 2, 3])
  expect(await attemptsOf(store.db, trialId)).toMatchObject([{ state: 'interrupted' }])
})

test('a command’s second attempt, which says itself from where it goes on, is delivered once as well', async () => {
  const { store, aggregator, delivery, trialId } = await sharedWriter(postgresLocation())
  await aggregator.write(start(trialId))
  for (const epoch of [1, 2, 3]) await aggregator.write(report(trialId, { epoch, loss: 1 }))
  await aggregator.write(end(trialId, 'queued'))
  await aggregator.write(start(trialId, 2, { resumedEpoch: undefined }))
  const entries: JournalEntry[] = [
    { change: report(trialId, { epoch: 2, loss: 2 }, { attempt: 2, tellsResumedEpoch: true }), unpublished: [] },
    { change: report(trialId, { epoch: 3, loss: 2 }, { attempt: 2 }), unpublished: [] },
  ]
  await deliver(delivery, entries)
  await deliver(delivery, entries)
  expect((await metricsOf(store.db, trialId)).map(({ epoch, value }) => [epoch, value])).toEqual([
    [1, 1],
    [2, 2],
    [3, 2],
  ])
  const { rows } = await store.query('select epoch, value from superseded_metrics order by epoch')
  expect(rows).toEqual([
    { epoch: 2, value: 1 },
    { epoch: 3, value: 1 },
  ])
})

test('checkpoints stay on the host until their place is back; those that are superseded by then are not carried', async () => {
  const proxy = await cuttingProxy(postgresLocation())
  const { store, artifacts, aggregator, trialId } = await sharedWriter(proxy.url)
  const write = (epoch: number) =>
    artifacts.host.write(`trial-${trialId}/attempt-1-epoch-${epoch}.safetensors`, [Buffer.from(`epoch ${epoch}`)])
  await aggregator.write(start(trialId))
  proxy.cut()
  const checkpoints = [write(1), write(2), write(3)]
  for (const [k, checkpoint] of checkpoints.entries()) {
    const unpublished = await publishSoon(artifacts, checkpoint)
    expect(unpublished).toEqual([checkpoint])
    const drop = checkpoints.slice(0, k).map(({ name }) => name)
    await aggregator.write(report(trialId, { epoch: k + 1, loss: 1 }, { checkpoint, drop }), unpublished)
  }
  const [, second, third] = checkpoints
  expect(second && artifacts.host.flawOf(second)).toBe('is gone')
  expect(third && artifacts.host.flawOf(third)).toBeUndefined()
  proxy.mend()
  await aggregator.write(end(trialId, 'completed'))
  expect(await checkpointsOf(store.db, trialId)).toMatchObject([{ name: third?.name, epoch: 3 }])
  expect(third && Buffer.from(await artifacts.read(third)).toString()).toBe('epoch 3')
  const listed: string[] = []
  for await (const { name } of artifacts.list()) listed.push(name)
  expect(listed).toEqual([third?.name])
})

test('entries are found as they were written, however they are taken, also by the next process', () => {
  const text = fc.string({ unit: 'binary' })
  const entry = fc
    .record({ trialId: fc.nat(), epoch: fc.nat(), loss: fc.double({ noNaN: true, noDefaultInfinity: true }), text })
    .map(({ trialId, epoch, loss, text: error }): JournalEntry => {
      const change = epoch % 2 === 0 ? report(trialId, { epoch, loss: loss + 0 }) : end(trialId, 'failed', 1, { error })
      return { change, unpublished: [] }
    })
  const steps = fc.array(fc.record({ added: fc.array(entry, { maxLength: 4 }), taken: fc.nat(5), dies: fc.boolean() }))
  fc.assert(
    fc.property(steps, (all) => {
      const folder = temporaryFolder()
      const owner = { store: 'postgres://db/x', sweepId: 1, plannedAt: 'then' }
      let journal = Journal.create(folder, owner)
      let expected: JournalEntry[] = []
      for (const { added, taken, dies } of all) {
        journal.append(added)
        expected.push(...added)
        if (dies) {
          // Nothing of what was delivered is known to the next one: it begins at the first that is in the file.
          journal = Journal.leftBehind(folder) ?? Journal.create(folder, owner)
          expected = journal.first(1_000)
        }
        expect(journal.first(taken)).toEqual(expected.slice(0, taken))
        const count = Math.min(taken, expected.length)
        journal.delivered(count)
        expected = expected.slice(count)
        expect(journal.length).toBe(expected.length)
      }
    }),
    { numRuns: 50 },
  )
})
