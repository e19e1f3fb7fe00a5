import { describe, expect, test } from 'vitest'

import { TrialDatasets } from '../../src/datasets/of-trial.ts'
import type { Parameters } from '../../src/programs/program.ts'
import { Findings } from '../../src/run/findings.ts'
import { Planner } from '../../src/run/planner.ts'
import type { Imputing } from '../../src/search/history.ts'
import { applyChanges } from '../../src/store/changes.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { copyPriorTrials } from '../../src/store/prior-trials.ts'
import { createSweep, deleteSweep } from '../../src/store/sweeps.ts'
import { trialById, trialsOf } from '../../src/store/trials.ts'
import type { SweepDefinition, SweepSettings } from '../../src/sweep/definition.ts'
import { spaceOf } from '../../src/sweep/space.ts'
import type { PointDescription, PointToDescribe } from '../../src/workers/protocol.ts'
import { end, report, start } from '../store/change-of.ts'
import { temporaryStore } from '../store/temporary-store.ts'
import { plainSettings } from './plain.ts'

const objective = { name: 'loss', goal: 'minimize' as const }
const line = { x: { min: 0.0, max: 10.5 }, kind: { values: ['a', 'b'] } }

interface Wanted {
  readonly method?: string
  readonly repeat?: number
  readonly cap?: number
  readonly parameters?: object
  readonly constraints?: readonly string[]
  readonly name?: string
  readonly impute?: Imputing | undefined
}

async function sweepOf(
  store: Store,
  { method = 'tpe', repeat = 1, parameters = line, constraints = [], name = 'search', impute }: Wanted,
): Promise<SweepRow> {
  const objectives = [objective]
  const definition = JSON.stringify({
    method,
    repeat,
    seed: 7,
    parameters,
    program: 'own',
    dataset: null,
    objectives,
    constraints,
    impute,
  })
  return createSweep(
    store.db,
    {
      ...{
        name,
        file_name: name,
        description: null,
        method,
        program: 'own',
        seed: 7,
        cancelled_at: null,
      },
      ...{ definition, settings: '{}', source: '', source_path: 'search.yaml', created_at: '2026-01-01T00:00:00.000Z' },
    },
    [],
  )
}

const settings = (cap: number): SweepSettings => ({
  ...plainSettings,
  ...{ metric: objective, objectives: [objective], cap },
})

type Describe = (point: PointToDescribe) => PointDescription
const anything: Describe = () => ({ cost: null })

function plannerOf(store: Store, sweep: SweepRow, { cap = 100 }: Wanted = {}, describe = anything): Planner {
  const pool = { describe: (_: unknown, points: readonly PointToDescribe[]) => Promise.resolve(points.map(describe)) }
  return new Planner({ store, sweep, settings: settings(cap), datasets: new TrialDatasets(null), pool })
}

/** Trains a trial to what its parameters say. */
async function train(store: Store, id: number): Promise<void> {
  const trial = await trialById(store.db, id)
  const { x = 0, kind } = JSON.parse(trial?.params ?? '{}') as { x?: number; kind?: string }
  const loss = (x - 3) ** 2 + (kind === 'b' ? 1 : 0)
  await applyChanges(store.db, [start(id), report(id, { epoch: 1, loss }), end(id, 'completed')])
}

const pointsOf = async (store: Store, { id }: SweepRow) => (await trialsOf(store.db, id)).map(({ params }) => params)

describe.each(['random', 'sobol', 'tpe', 'nsga2'])('a sweep by %s', (method) => {
  test('plans the same points, whoever plans the next one', async () => {
    const once = await temporaryStore()
    const again = await temporaryStore()
    const [alone, handedOver] = [await sweepOf(once, { method }), await sweepOf(again, { method })]
    const planner = plannerOf(once, alone)
    for (let k = 0; k < 25; k++) {
      for (const id of await planner.plan(1)) await train(once, id)
      for (const id of await plannerOf(again, handedOver).plan(1)) await train(again, id)
    }
    const points = await pointsOf(once, alone)
    expect(new Set(points).size).toBe(25)
    expect(await pointsOf(again, handedOver)).toEqual(points)
  })

  test('has as many trials as it may, each point with its seeds', async () => {
    const store = await temporaryStore()
    const sweep = await sweepOf(store, { method, repeat: 3 })
    const planner = plannerOf(store, sweep, { cap: 8 })
    const planned = [await planner.plan(2), await planner.plan(5), await planner.plan(1)]
    expect(planned.map(({ length }) => length)).toEqual([6, 2, 0])
    expect(planner.isOver).toBe(true)
    const trials = await trialsOf(store.db, sweep.id)
    expect(trials.map(({ number, repeat }) => [number, repeat])).toEqual([
      ...[1, 2, 3, 4, 5, 6].map((number) => [number, (number - 1) % 3]),
      [7, 0],
      [8, 1],
    ])
    expect(new Set(trials.map(({ params }) => params)).size).toBe(3)
    expect(new Set(trials.map(({ seed }) => seed)).size).toBe(8)
  })

  test('ends where every point is there', async () => {
    const store = await temporaryStore()
    const parameters = { depth: { values: [1, 2, 3] }, kind: { values: ['a', 'b'] } }
    const sweep = await sweepOf(store, { method, parameters })
    const planner = plannerOf(store, sweep)
    for (let ids = await planner.plan(1); ids.length > 0; ids = await planner.plan(1)) {
      for (const id of ids) await train(store, id)
    }
    expect(new Set(await pointsOf(store, sweep)).size).toBe(6)
    expect(planner.isOver).toBe(true)
  })
})

test('of two that plan at once each plans points of its own', async () => {
  const store = await temporaryStore()
  const sweep = await sweepOf(store, {})
  const planners = [plannerOf(store, sweep), plannerOf(store, sweep)]
  for (let k = 0; k < 5; k++) await Promise.all(planners.map((planner) => planner.plan(2)))
  const points = await pointsOf(store, sweep)
  expect(points).toHaveLength(20)
  expect(new Set(points).size).toBe(20)
})

test('a point that the program refuses is replaced, and a program that takes none is said to', async () => {
  const store = await temporaryStore()
  const sweep = await sweepOf(store, { method: 'random' })
  const onlyA: Describe = ({ params }) => (params.kind === 'a' ? { cost: null } : { error: 'kind: only a' })
  expect(await plannerOf(store, sweep, {}, onlyA).plan(20)).toHaveLength(20)
  expect((await pointsOf(store, sweep)).every((point) => point.includes('"a"'))).toBe(true)
  const never: Describe = () => ({ error: 'depth: expected' })
  await expect(plannerOf(store, sweep, {}, never).plan(1)).rejects.toThrow(/none of 1,000 points.*depth: expected/)
})

test('an objective that trials do not report is said to be missing after the first one', async () => {
  const store = await temporaryStore()
  const sweep = await sweepOf(store, {})
  const planner = plannerOf(store, sweep)
  const [id = 0] = await planner.plan(1)
  await applyChanges(store.db, [start(id), report(id, { epoch: 1, losss: 1 }), end(id, 'completed')])
  await expect(planner.plan(1)).rejects.toThrow('a trial of search completed and has not reported loss')
})

test('no point breaks a constraint that is known before it is trained', async () => {
  const store = await temporaryStore()
  const sweep = await sweepOf(store, { method: 'random', constraints: ['x <= 2'] })
  expect(await plannerOf(store, sweep).plan(20)).toHaveLength(20)
  const { rows } = await store.query("select max(params ->> 'x') as most from trials")
  expect(rows[0]?.most).toBeLessThanOrEqual(2)
  const other = await temporaryStore()
  const impossible = await sweepOf(other, { method: 'random', constraints: ['x > 11'] })
  await expect(plannerOf(other, impossible).plan(1)).rejects.toThrow('0 of 1,000 points drawn keep to `x > 11`')
})

test('a small space of which no point keeps to the constraints is said to be none', async () => {
  const store = await temporaryStore()
  const parameters = { x: { values: [1, 2, 3] } }
  const sweep = await sweepOf(store, { method: 'random', parameters, constraints: ['x > 11'] })
  await expect(plannerOf(store, sweep).plan(1)).rejects.toThrow('0 of 3 points drawn keep to `x > 11`')
})

test.each(['tpe', 'nsga2'])(
  'a search by %s that begins with another’s trials learns from them, whatever becomes of those',
  async (method) => {
    const store = await temporaryStore()
    const other = await sweepOf(store, { method: 'random', name: 'other' })
    for (const id of await plannerOf(store, other).plan(30)) await train(store, id)
    const isOfUse = ({ x }: Parameters) => typeof x === 'number' && x < 8
    const begin = async (name: string, sources: readonly SweepRow[]) => {
      const sweep = await sweepOf(store, { method, name })
      await copyPriorTrials(store.db, sweep.id, { sources, metrics: ['loss'] }, isOfUse)
      return sweep
    }
    const [warm, again, cold] = [await begin('warm', [other]), await begin('again', [other]), await begin('cold', [])]
    const first = await plannerOf(store, warm).plan(3)
    await deleteSweep(store.db, other, new Date())
    await plannerOf(store, again).plan(3)
    await plannerOf(store, cold).plan(3)
    expect(first).toHaveLength(3)
    expect((await trialsOf(store.db, warm.id)).map(({ number }) => number)).toEqual([1, 2, 3])
    expect(await pointsOf(store, again)).toEqual(await pointsOf(store, warm))
    expect(await pointsOf(store, cold)).not.toEqual(await pointsOf(store, warm))
  },
)

test('what a trial that failed counts as is what the file says', async () => {
  const store = await temporaryStore()
  const outcomes = async (impute?: Imputing) => {
    const sweep = await sweepOf(store, { name: JSON.stringify(impute ?? null), impute })
    const [failed = 0, running = 0] = await plannerOf(store, sweep).plan(2)
    const reports = (id: number) => [report(id, { epoch: 1, loss: 1 }), report(id, { epoch: 2, loss: 4 })]
    await applyChanges(store.db, [start(failed), ...reports(failed), end(failed, 'failed')])
    await applyChanges(store.db, [start(running), ...reports(running)])
    const findings = new Findings(store, sweep.id, spaceOf(line), JSON.parse(sweep.definition) as SweepDefinition)
    await findings.look()
    const { history } = findings
    return history.outcomes.map((outcome, k) => [outcome, history.values[0]?.at(k)])
  }
  expect((await outcomes()).map(([outcome]) => outcome)).toEqual(['failed', 'pending'])
  expect(await outcomes({ failed: 'latest', running: 'best' })).toEqual([
    ['completed', 4],
    ['completed', 1],
  ])
  expect((await outcomes({ failed: 'worst', running: 'latest' })).map(([outcome]) => outcome)).toEqual([
    'failed',
    'completed',
  ])
})

test('a search by tpe comes closer than chance', async () => {
  const store = await temporaryStore()
  const sweep = await sweepOf(store, { method: 'tpe' })
  const planner = plannerOf(store, sweep)
  for (let k = 0; k < 60; k++) for (const id of await planner.plan(1)) await train(store, id)
  const { rows } = await store.query(`
    select avg(abs(params ->> 'x' - 3)) as distance from trials where number > 30`)
  expect(rows[0]?.distance).toBeLessThan(2)
})
