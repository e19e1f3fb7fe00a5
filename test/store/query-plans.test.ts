import { Kysely, sql, SqliteDialect, type CompiledQuery } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'

import { sqliteDriver } from '../../src/setup/sqlite.ts'
import { openDatabase } from '../../src/sqlite/open-database.ts'
import { metricNamed } from '../../src/metrics/catalogue.ts'
import { artifactsOf, checkpointOf } from '../../src/store/artifacts.ts'
import { applyChanges } from '../../src/store/changes.ts'
import { completedPages, firstTrials, seedsOfPoint } from '../../src/store/completed-rows.ts'
import { acquireSweep, liveCoordinator, releaseSweep, renewSweep, thisProcess } from '../../src/store/coordinators.ts'
import { finalMetricsOf } from '../../src/store/final-metrics.ts'
import { findAxisSource } from '../../src/store/axis-source.ts'
import { sqlitePath } from '../../src/store/location.ts'
import { earlyTerminateSchema, stoppingRule } from '../../src/stopping/early-terminate.ts'
import type { Objective } from '../../src/stopping/rule.ts'
import { effortOf } from '../../src/store/effort.ts'
import { sharedPoints } from '../../src/store/shared-points.ts'
import { takeBackLost } from '../../src/store/lost-trials.ts'
import type { Schema } from '../../src/store/schema.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { metricNamesOf, sweepMetrics } from '../../src/store/sweep-metrics.ts'
import { cancelSweep, isCancelled, progressOf, sweepNamed, sweepProgress } from '../../src/store/sweeps.ts'
import {
  attemptsOf,
  countTrials,
  eventsOf,
  metricsOf,
  queuedTrials,
  renewLeases,
  requeue,
  trialById,
  trialsOf,
  trialsOfPoints,
} from '../../src/store/trials.ts'
import { at, end, report, start } from './change-of.ts'
import { plannedSweep, temporaryStore } from './temporary-store.ts'

/** A table that has a row a sweep at most, a part of the statement itself, or what it has worked out by then. */
const small =
  /^SCAN (?:(?:s|v|sweeps|progress|points|p|best|ranked|front)\b|\(subquery-\d+\)|.*CONSTANT ROW|.*VALUES CLAUSE)/

const metrics = ['loss', 'flops'].map((name) => metricNamed([], name))

/** A store that remembers what it was asked. */
async function askedStore() {
  const store = await temporaryStore()
  const sweep = await plannedSweep(store, 3)
  const database = openDatabase(await sqliteDriver(), sqlitePath(store.location))
  const asked: CompiledQuery[] = []
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database }),
    log: ({ query }) => void asked.push(query),
  })
  onTestFinished(() => db.destroy())
  /** The steps of all that was asked since the last time that read every row of a large table. */
  const fullScans = () =>
    asked.splice(0).flatMap(({ sql: statement, parameters }) => {
      if (!/^\s*(?:select|with|insert|update|delete)\b/i.test(statement)) return []
      const steps = database.prepare(`explain query plan ${statement}`).all(parameters)
      return steps
        .map(({ detail }) => String(detail))
        .filter((detail) => detail.startsWith('SCAN') && !small.test(detail))
        .map((detail) => `${detail} in: ${statement}`)
    })
  return { store, sweep, db, database, asked, fullScans, ids: (await trialsOf(store.db, sweep.id)).map(({ id }) => id) }
}

test('what list, show and pareto ask finds its rows through indexes', async () => {
  const { db, sweep, ids, asked, fullScans } = await askedStore()
  const [id = 0] = ids
  await sweepNamed(db, sweep.name)
  await sweepProgress(db)
  await progressOf(db, sweep.id)
  await countTrials(db, sweep.id)
  await trialsOf(db, sweep.id, 100)
  await finalMetricsOf(db, sweep.id)
  await finalMetricsOf(db, sweep.id, ids)
  await metricNamesOf(db, sweep.id)
  for (const key of ['flops', 'loss', 'depth']) await findAxisSource(db, sweep.id, key)
  for await (const page of completedPages(db, sweep.id, metrics)) expect(page).toEqual([])
  await seedsOfPoint(db, id, metrics)
  await trialsOfPoints(db, sweep.id, ids)
  await firstTrials(db, sweep.id)
  await sweepMetrics(db, sweep.id)
  await effortOf(db, sweep.id)
  await sharedPoints(db, [sweep.id, sweep.id], metrics)
  await trialById(db, id)
  await attemptsOf(db, id)
  await metricsOf(db, id)
  await eventsOf(db, id, 'warning')
  await artifactsOf(db, id)
  await checkpointOf(db, id)
  expect(asked.length).toBeGreaterThan(15)
  expect(fullScans()).toEqual([])
})

test('what a run asks and writes finds its rows through indexes', async () => {
  const { db, sweep, ids, asked, fullScans } = await askedStore()
  const [id = 0, other = 0] = ids
  const now = new Date(at)
  await acquireSweep(db, sweep.id, thisProcess(), now)
  await liveCoordinator(db, sweep.id, now)
  await queuedTrials(db, sweep.id)
  const checkpoint = { name: 'a', bytes: 1, sha256: 'b' }
  await applyChanges(db, [
    start(id),
    start(other),
    report(id, { epoch: 1, loss: 1 }, { checkpoint }),
    report(id, { epoch: 2, loss: 1 }, { drop: ['a'] }),
    { type: 'event', sweepId: sweep.id, trialId: id, kind: 'warning', detail: 'late', at },
    end(id, 'queued'),
  ])
  await applyChanges(db, [start(id, 2, { resumedEpoch: 1 }), end(id, 'completed', 2, { best: 'a' })])
  await renewSweep(db, sweep.id, thisProcess(), now)
  await renewLeases(db, sweep.id, thisProcess(), at)
  await isCancelled(db, sweep.id)
  await takeBackLost(db, sweep.id, { limit: 1, at })
  await requeue(db, sweep.id, ['failed', 'cancelled'])
  await releaseSweep(db, sweep.id, thisProcess())
  await cancelSweep(db, sweep.id, now)
  expect(asked.length).toBeGreaterThan(30)
  expect(fullScans()).toEqual([])
})

test.each([
  { type: 'asha', objectives: [{ name: 'loss', goal: 'minimize' }] },
  { type: 'hyperband', min_iter: 1, strict: false, objectives: [{ name: 'loss', goal: 'maximize' }] },
  { type: 'patience', epochs: 1, objectives: [{ name: 'loss', goal: 'minimize' }] },
  {
    type: 'median',
    grace_epochs: 0,
    min_trials: 1,
    objectives: [
      { name: 'loss', goal: 'minimize' },
      { name: 'flops', goal: 'minimize' },
    ],
  },
])('what %o asks about a report finds its rows through indexes', async ({ objectives, ...early }) => {
  const { db, sweep, ids, asked, fullScans } = await askedStore()
  const rule = stoppingRule({ ...earlyTerminateSchema.parse(early), objectives: objectives as Objective[] })
  const judging = { sweepId: sweep.id, rule }
  await applyChanges(
    db,
    ids.map((id) => start(id)),
    { judging },
  )
  const before = asked.length
  for (const epoch of [1, 2, 3]) {
    await applyChanges(
      db,
      ids.map((id, k) => report(id, { epoch, loss: k + epoch })),
      { judging },
    )
  }
  await takeBackLost(db, sweep.id, { limit: 1, at })
  await applyChanges(db, [start(ids[0] ?? 0, 2, { resumedEpoch: 1 }), end(ids[0] ?? 0, 'failed', 2)], { judging })
  expect(asked.length).toBeGreaterThan(before + 10)
  expect(fullScans()).toEqual([])
})

test('questions about one sweep read its own trials and no others', async () => {
  const { store, db, sweep, fullScans } = await askedStore()
  await defineSweepView(store.db, sweep, ['depth'], ['loss', 'score'])
  for (const question of [
    'select * from sweep_grid order by score desc limit 10',
    'select depth, avg(loss) from sweep_grid group by depth',
    'select * from sweep_grid where trial_id = 1',
    "select * from trial_metrics where trial_id = 1 and name = 'loss'",
  ]) {
    await sql.raw(question).execute(db)
  }
  expect(fullScans()).toEqual([])
})

/** Tables that a statement reads from the first row to the last. */
function tablesScanned(database: ReturnType<typeof openDatabase>, statement: string): string[] {
  const roots = new Map(
    database
      .prepare('select rootpage, tbl_name from sqlite_master where rootpage > 0')
      .all([])
      .map(({ rootpage, tbl_name }) => [Number(rootpage), String(tbl_name)]),
  )
  const steps = database.prepare(`explain ${statement}`).all([])
  const opened = new Map(
    steps.flatMap(({ opcode, p1, p2 }) => (opcode === 'OpenRead' ? [[Number(p1), roots.get(Number(p2)) ?? '']] : [])),
  )
  return steps.flatMap(({ opcode, p1 }) => (opcode === 'Rewind' ? (opened.get(Number(p1)) ?? []) : []))
}

test('the views of results find the trials of a sweep and their metrics through indexes', async () => {
  const { store, sweep, database } = await askedStore()
  await defineSweepView(store.db, sweep, ['depth'], ['loss', 'score'])
  const of = `where sweep_id = ${sweep.id}`
  const views = [
    'points',
    'point_metrics',
    'pareto_front',
    'trial_values',
    'trial_results',
    'single_points',
    'repeated_points',
  ]
  const statements = [
    ...views.map((view) => `select * from ${view} ${of}`),
    ...['select * from pareto_front', 'select * from points_grid', "select * from results where sweep = 'grid'"],
    ...['points', 'point_metrics'].map((view) => `select * from ${view} ${of} and trial_id = 1`),
  ]
  for (const statement of statements) {
    const large = tablesScanned(database, statement).filter((table) => !['sweeps', 'sweep_metrics'].includes(table))
    expect(large, statement).toEqual([])
  }
  expect(tablesScanned(database, 'select avg(value) from metrics')).toEqual(['metrics'])
})
