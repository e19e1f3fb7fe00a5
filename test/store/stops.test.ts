import fc from 'fast-check'
import { expect, test } from 'vitest'

import { earlyTerminateSchema, stoppingRule } from '../../src/stopping/early-terminate.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import type { Change } from '../../src/store/change.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { takeBackLost } from '../../src/store/lost-trials.ts'
import type { Store } from '../../src/store/store.ts'
import { continueTrial, eventsOf, requeue, trialById, trialsOf } from '../../src/store/trials.ts'
import { at, end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

const loss: Objective = { name: 'loss', goal: 'minimize' }
const accuracy: Objective = { name: 'accuracy', goal: 'maximize' }

/** A sweep under a rule, with its trials begun. */
async function judgedSweep(early: object, objectives: readonly Objective[] = [loss], trials = 6, on?: Store) {
  const store = on ?? (await temporaryStore())
  const name = `grid-${(await store.db.selectFrom('sweeps').select('id').execute()).length}`
  const sweep = await plannedSweep(store, trials, name)
  const judging = { sweepId: sweep.id, rule: stoppingRule({ ...earlyTerminateSchema.parse(early), objectives }) }
  const ids = (await trialsOf(store.db, sweep.id)).map(({ id }) => id)
  await applyChanges(
    store.db,
    ids.map((id) => start(id)),
  )
  /** Writes changes; returns why the trials of reports among them are to stop. */
  const write = async (...changes: Change[]) => {
    const stops = new Map<Change, string>()
    await applyChanges(store.db, changes, { judging, stops })
    return changes.map((change) => stops.get(change))
  }
  const say = async (k: number, epoch: number, value: number, more = {}) =>
    (await write(report(ids[k] ?? 0, { epoch, [objectives[0]?.name ?? '']: value }, more)))[0]
  return { store, sweep, judging, ids, write, say, of: (k: number) => ids[k] ?? 0 }
}

test('who reaches a rung and is not of the best third there is told to stop, and why is on record', async () => {
  const { store, of, say } = await judgedSweep({ type: 'asha' }, [accuracy])
  expect(await say(0, 1, 0.9)).toBeUndefined()
  const reason = 'stopped at epoch 1: accuracy 0.8 is below the 0.9 that the best of 2 trials reached there'
  expect(await say(1, 1, 0.8)).toBe(reason)
  expect(await trialById(store.db, of(1))).toMatchObject({ state: 'running', stop_reason: reason })
  expect(await eventsOf(store.db, of(1), 'stopped')).toEqual([{ at, detail: reason }])
  // Between two rungs nobody is judged; at the next one by those that are there.
  expect(await say(0, 2, 0.1)).toBeUndefined()
  expect(await say(0, 3, 0.1)).toBeUndefined()
  expect(await say(2, 1, 0.95)).toBeUndefined()
  expect(await say(2, 3, 0.05)).toMatch(/^stopped at epoch 3: accuracy 0.05 is below the 0.1 that the best of 2 trials/)
})

test('a trial that goes on after it was told to stop is told again', async () => {
  const { say } = await judgedSweep({ type: 'asha' })
  await say(0, 1, 1)
  const reason = await say(1, 1, 2)
  expect(await say(1, 2, 0)).toBe(reason)
})

test('what was told to stop is stopped, however its attempt ended, and nobody trains it again', async () => {
  const { store, sweep, of, say, write } = await judgedSweep({ type: 'asha' })
  await say(0, 1, 1)
  for (const k of [1, 2, 3]) expect(await say(k, 1, 2)).toBeDefined()
  await write(end(of(1), 'stopped'), end(of(2), 'queued'))
  // The process is gone that trained the last one.
  await takeBackLost(store.db, sweep.id, { limit: 0, at })
  await requeue(store.db, sweep.id, ['failed', 'cancelled'])
  for (const k of [1, 2, 3]) {
    expect(await trialById(store.db, of(k))).toMatchObject({ state: 'stopped', finished_at: at, error: null })
  }
})

test('a trial in its last epoch is not stopped, and others are compared with it', async () => {
  const { say } = await judgedSweep({ type: 'asha' })
  await say(0, 1, 1)
  expect(await say(1, 1, 2, { lastEpoch: 1 })).toBeUndefined()
  expect(await say(2, 1, 0)).toBeUndefined()
  expect(await say(3, 1, 0.5)).toMatch(/of 4 trials/)
})

test('a trial that failed does not count, until it is tried again', async () => {
  const { store, sweep, of, say, write } = await judgedSweep({ type: 'asha' })
  await say(0, 1, 0)
  await write(end(of(0), 'failed', 1, { failed: true, error: 'it broke' }))
  expect(await say(1, 1, 1)).toBeUndefined()
  await requeue(store.db, sweep.id, ['failed'])
  await write(start(of(0), 2, { resumedEpoch: 1 }))
  expect(await say(2, 1, 0.5)).toBeDefined()
})

test('what is trained again is judged again, by what it has then', async () => {
  const { store, sweep, of, say, write } = await judgedSweep({ type: 'asha' })
  await say(0, 1, 1)
  await takeBackLost(store.db, sweep.id, { limit: 3, at })
  await write(start(of(0), 2, { resumedEpoch: 0 }), start(of(1), 2))
  expect(await say(1, 1, 2, { attempt: 2 })).toBeUndefined()
  expect(await say(0, 1, 3, { attempt: 2 })).toMatch(/loss 3 is above the 2/)
})

test('somebody can have a trial trained on that was stopped: the rule lets it be', async () => {
  const { store, of, say, write } = await judgedSweep({ type: 'asha' })
  await say(0, 1, 1)
  await say(1, 1, 2)
  await write(end(of(1), 'stopped'))
  expect(await continueTrial(store.db, of(1), 10)).toBe(true)
  expect(await trialById(store.db, of(1))).toMatchObject({ state: 'queued', stop_reason: null, continued_to: 10 })
  await write(start(of(1), 2, { resumedEpoch: 1 }))
  await say(0, 3, 1)
  expect(await say(1, 3, 2, { attempt: 2 })).toBeUndefined()
  await write(end(of(1), 'completed', 2))
  expect(await continueTrial(store.db, of(1), 20)).toBe(false)
  expect(await eventsOf(store.db, of(1), 'stopped')).toHaveLength(1)
})

test('reports that are written together are judged together, each trial once', async () => {
  const { of, write } = await judgedSweep({ type: 'asha' })
  const told = await write(
    ...[2, 1, 3].map((value, k) => report(of(k), { epoch: 1, loss: value })),
    report(of(2), { epoch: 2, loss: 0 }),
  )
  expect(told.map((reason) => reason?.slice(0, 18))).toEqual([
    'stopped at epoch 1',
    undefined,
    'stopped at epoch 1',
    undefined,
  ])
  expect(await write(report(of(2), { epoch: 3, loss: 0 }))).toEqual([told[2]])
})

test('several objectives are compared by non-dominated rank, a known cost among them', async () => {
  // The trials cost 100, 200, 300, … FLOPs.
  const { say } = await judgedSweep({ type: 'asha', eta: 2 }, [accuracy, { name: 'flops', goal: 'minimize' }])
  expect(await say(0, 1, 0.5)).toBeUndefined()
  expect(await say(1, 1, 0.6)).toBeUndefined()
  expect(await say(2, 1, 0.7)).toBeUndefined()
  expect(await say(3, 1, 0.6)).toBe(
    'stopped at epoch 1: by accuracy and flops it is not of the best half of 4 trials: 3 are in better fronts',
  )
})

test('patience and threshold look at the trial alone', async () => {
  const patience = await judgedSweep({ type: 'patience', epochs: 2 })
  for (const [k, value] of [3, 2, 2].entries()) expect(await patience.say(0, k + 1, value)).toBeUndefined()
  expect(await patience.say(0, 4, 2)).toBe('stopped at epoch 4: loss has not got better since epoch 2 (2)')
  const threshold = await judgedSweep({ type: 'threshold', above: 5, epoch: 2 }, [loss], 2, patience.store)
  expect(await threshold.say(0, 1, 6)).toBeUndefined()
  expect(await threshold.say(0, 2, 6)).toBe('stopped at epoch 2: loss 6 is above the threshold 5')
})

/** Reports of six trials in some order, each trial's in the order of its epochs. */
const stories = fc.array(fc.tuple(fc.nat(5), fc.integer({ min: 0, max: 6 })), { minLength: 5, maxLength: 40 })

/** What somebody would decide who keeps every trial's history in memory. */
function naive(early: { readonly type: string; readonly eta?: number; readonly strict?: boolean }) {
  const histories: number[][] = Array.from({ length: 6 }, () => [])
  return (k: number, value: number): boolean => {
    const own = histories[k] ?? []
    own.push(value)
    const at = (epoch: number) => histories.flatMap((each) => each[epoch - 1] ?? []).toSorted((a, b) => a - b)
    const eta = early.eta ?? 3
    const bands = [1, eta, eta ** 2, eta ** 3].filter((band) => band <= own.length)
    const band = bands.at(-1) ?? 0
    if (early.type === 'asha') {
      const there = at(band)
      return band === own.length && value > (there[Math.max(Math.floor(there.length / eta), 1) - 1] ?? NaN)
    }
    if (early.type === 'hyperband') {
      const there = at(band)
      const shown = early.strict === true ? (own[band - 1] ?? NaN) : Math.min(...own)
      return shown > (there[Math.trunc((1 / eta) * there.length)] ?? NaN)
    }
    const others = histories.flatMap((each, other) => (other === k ? [] : (each[own.length - 1] ?? [])))
    if (own.length < 2 || others.length < 2) return false
    return others.filter((other) => other < Math.min(...own)).length > others.length / 2
  }
}

test.each([
  { type: 'asha', eta: 2 },
  { type: 'asha' },
  { type: 'hyperband', min_iter: 1, eta: 2, strict: true },
  { type: 'hyperband', min_iter: 1, strict: false },
  { type: 'median', min_trials: 2 },
])('%o decides from rows as it would from histories in memory', async (early) => {
  const store = await temporaryStore()
  await fc.assert(
    fc.asyncProperty(stories, fc.boolean(), async (story, isMaximized) => {
      const { say } = await judgedSweep(early, [isMaximized ? accuracy : loss], 6, store)
      const decide = naive(early)
      const epochs = new Map<number, number>()
      const stopped = new Set<number>()
      for (const [k, value] of story) {
        if (stopped.has(k)) continue
        const epoch = (epochs.get(k) ?? 0) + 1
        epochs.set(k, epoch)
        const isStopped = (await say(k, epoch, isMaximized ? -value : value)) !== undefined
        expect(isStopped).toBe(decide(k, value))
        if (isStopped) stopped.add(k)
      }
    }),
    { numRuns: 12 },
  )
})

test('the last to come to a rung stands there as it would had the others come in another order', async () => {
  const store = await temporaryStore()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { minLength: 6, maxLength: 6 }),
      fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
      async (losses, order) => {
        const verdicts: (string | undefined)[] = []
        for (const first of [[0, 1, 2, 3, 4], order]) {
          const { say } = await judgedSweep({ type: 'asha' }, [loss], 6, store)
          for (const k of first) await say(k, 1, losses[k] ?? 0)
          verdicts.push(await say(5, 1, losses[5] ?? 0))
        }
        expect(verdicts[1]).toBe(verdicts[0])
      },
    ),
    { numRuns: 10 },
  )
})

test('without a rule nothing is written and nothing is asked', async () => {
  const { store, of } = await judgedSweep({ type: 'asha' })
  await applyChanges(store.db, [report(of(0), { epoch: 1, loss: 1 }), end(of(0), 'completed')])
  expect(await store.db.selectFrom('rungs').selectAll().execute()).toEqual([])
})
