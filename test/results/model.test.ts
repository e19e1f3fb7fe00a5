import fc from 'fast-check'
import { expect, test } from 'vitest'

import { Choice } from '../../src/figures/choice.ts'
import { columnOf } from '../../src/figures/column.ts'
import { paretoFigure } from '../../src/figures/pareto.ts'
import { costOf, objectivesOf, type SweepMetric } from '../../src/metrics/catalogue.ts'
import { analysisFigure } from '../../src/figures/analysis.ts'
import { analyseSweep } from '../../src/results/analyse.ts'
import { bestPoints } from '../../src/results/best.ts'
import { frontMetrics } from '../../src/results/front-metrics.ts'
import { frontOf } from '../../src/results/front.ts'
import { outcomeOf } from '../../src/results/outcome.ts'
import { paretoResults } from '../../src/results/pareto.ts'
import { eligiblePoints, readPoints } from '../../src/results/points.ts'
import { pointResults, trialResults } from '../../src/results/trials.ts'
import type { SweepRow, TrialState } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { pointsViewName } from '../../src/store/points-view.ts'
import { lackingObjectives } from '../../src/store/lacking-objectives.ts'
import { sweepMetrics } from '../../src/store/sweep-metrics.ts'
import { deleteSweep } from '../../src/store/sweeps.ts'
import { trialsOf } from '../../src/store/trials.ts'
import { countedCost } from '../../src/store/violations.ts'
import { runs, tally } from '../fuzz.ts'
import { temporaryStore } from '../store/temporary-store.ts'
import { makeSweep, type MadeSweep } from './made-sweep.ts'

/** Accuracies rise with the width, and so does the memory; the luckiest seed of each width is far above its mean. */
function widthsOf(repeat: number): MadeSweep {
  const lucky = [0.25, -0.125, -0.125]
  return {
    ...{ name: 'mem', repeat, constraints: ['mem <= 60'], parameters: { width: { values: [1, 2, 4, 8, 16] } } },
    objectives: [
      { name: 'score', goal: 'maximize' },
      { name: 'mem', goal: 'minimize' },
    ],
    points: [1, 2, 4, 8, 16].map((width) => ({
      params: { width },
      trials: lucky.slice(0, repeat).map((luck) => ({
        state: 'completed' as const,
        reports: [1, 1, 4].map((epoch_seconds) => ({ score: width / 16 + luck, mem: 15 * width, epoch_seconds })),
      })),
    })),
  }
}

test('with several seeds and a constraint on a metric every reader has the same front and the same best', async () => {
  const store = await temporaryStore()
  const sweep = await makeSweep(store, widthsOf(3))
  const widths = (rows: readonly { readonly params: unknown }[]) =>
    rows.map(({ params }) => (typeof params === 'string' ? (JSON.parse(params) as { width: number }) : params))
  const { rows } = await store.query('select params, value, value_se from pareto_front order by value desc')
  expect(widths(rows as never)).toEqual([{ width: 4 }, { width: 2 }, { width: 1 }])
  const table = await paretoResults(store, sweep, { limit: undefined })
  expect(widths(table.rows.filter(({ place }) => place === 'front'))).toEqual([
    { width: 4 },
    { width: 2 },
    { width: 1 },
  ])
  expect(table.rows.filter(({ place }) => place === 'not eligible')).toHaveLength(2)
  const { best, best_se } = await outcomeOf(store.db, sweep)
  expect([rows[0]?.value, rows[0]?.value_se]).toEqual([best, best_se])
  expect(best).toBe(0.25)
  expect(best_se).toBeCloseTo(0.125, 12)
  const own = await store.query(
    'select width, score, epoch_seconds from points_mem where eligible = 1 order by score desc',
  )
  expect(own.rows).toEqual([4, 2, 1].map((width) => ({ width, score: width / 16, epoch_seconds: 2 })))
})

test('epoch_seconds is the mean of its epochs for every reader', async () => {
  const store = await temporaryStore()
  const sweep = await makeSweep(store, widthsOf(1))
  const [first] = await trialResults(store.db, sweep, await trialsOf(store.db, sweep.id))
  expect(first?.metrics.get('epoch_seconds')).toBe(2)
  for (const view of ['results', 'sweep_mem', 'points_mem']) {
    const { rows } = await store.query(`select epoch_seconds from ${view}`)
    expect(
      rows.map((row) => row.epoch_seconds),
      view,
    ).toEqual([2, 2, 2, 2, 2])
  }
})

const goal = fc.constantFrom('minimize' as const, 'maximize' as const)
const reduction = fc.constantFrom('last' as const, 'best' as const, 'mean' as const)
const state = fc.constantFrom<TrialState>(
  ...([
    'completed',
    'completed',
    'completed',
    'completed',
    'stopped',
    'failed',
    'cancelled',
    'running',
    'queued',
  ] as const),
)
/** One size per sweep: sums of whole multiples of a power of two have no rounding errors. */
const size = fc.constantFrom(1, 1, 1, 2 ** -1040, 2 ** 990)
const names = ['a', 'b', 'c', 'd', 'flops', 'epoch_seconds', 'val_loss'] as const
const report = fc.dictionary(fc.constantFrom(...names), fc.integer({ min: -3, max: 3 }), { maxKeys: 7 })
const whole = fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: -3, max: 3 })])))
const reports = fc.array(fc.oneof({ weight: 3, arbitrary: whole }, report), { maxLength: 3 })

const drawn = fc.integer({ min: 1, max: 4 }).chain((repeat) =>
  fc.record({
    repeat: fc.constant(repeat),
    objectives: fc.uniqueArray(fc.record({ name: fc.constantFrom(...names), goal, reduction }), {
      ...{ selector: ({ name }) => name, maxLength: 4 },
    }),
    reductions: fc.dictionary(fc.constantFrom('d', 'val_loss', 'c'), reduction),
    constraints: fc.subarray(['a <= 1', 'd + x <= 3', 'x < 3', 'y <= 1', 'flops <= 2', 'b * 2 >= a'], { maxLength: 2 }),
    size,
    isCounted: fc.boolean(),
    points: fc.array(
      fc.record({
        y: fc.option(fc.integer({ min: 0, max: 2 })),
        flops: fc.integer({ min: 1, max: 3 }),
        trials: fc.array(fc.record({ state, reports }), { minLength: repeat, maxLength: repeat }),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  }),
)

function sweepOf(name: string, { size: unit, isCounted, points, constraints, ...rest }: Drawn): MadeSweep {
  return {
    ...{
      name,
      ...rest,
      parameters: { x: { values: [0, 1, 2, 3, 4, 5] }, y: { values: [0, 1, 2], when: { x: [0, 2, 4] } } },
    },
    ...(constraints.length > 0 && { constraints }),
    points: points.map(({ y, flops, trials }, x) => ({
      params: { x, ...(y !== null && { y }) },
      flops: isCounted ? flops : null,
      trials: trials.map((trial) => ({
        ...trial,
        reports: trial.reports.map((metrics) =>
          Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, value * unit])),
        ),
      })),
    })),
  }
}

type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never

const tried = tally('random sweeps')

test('the SQL views and the library agree on points, feasibility, eligibility, the best and the front', async () => {
  const store = await temporaryStore()
  let made = 0
  await fc.assert(
    fc.asyncProperty(drawn, async (each) => {
      const sweep = await makeSweep(store, sweepOf(`sweep-${++made}`, each))
      try {
        await compare(store, sweep)
      } finally {
        // Its points would be found beside those of the next sweep.
        await deleteSweep(store.db, { ...sweep }, new Date('2027-01-01'))
      }
      tried('agree')
    }),
    runs(60),
  )
})

const close = (value: number | null | undefined) =>
  value == null || Number.isNaN(value) ? null : Number(value.toPrecision(12)) + 0
const number = (value: unknown) => close(value === null ? null : Number(value))

async function compare(store: Store, sweep: Awaited<ReturnType<typeof makeSweep>>): Promise<void> {
  const trials = await trialsOf(store.db, sweep.id)
  const results = pointResults(await trialResults(store.db, sweep, trials))
  const metrics = await sweepMetrics(store.db, sweep.id)
  const [objective] = objectivesOf(metrics)
  const cost = costOf(metrics)
  const over = await frontMetrics(store.db, sweep.id)
  const points = await readPoints(store.db, sweep, { besides: over })
  const eligible = new Set(eligiblePoints(points).map((k) => points.trials[k]))
  const meanIn = (trial: number, name = '') => {
    const k = points.trials.indexOf(trial)
    return close(points.means[points.metrics.findIndex((metric) => metric.name === name)]?.[k])
  }

  const { rows } = await store.query('select * from points order by trial_id')
  expect(rows.map((row) => ({ ...row, value: number(row.value), cost: number(row.cost) }))).toMatchObject(
    results
      .toSorted((a, b) => a.trial - b.trial)
      .map((point) => ({
        ...{ trial_id: point.trial, state: point.state, seeds: point.seeds },
        trials: Object.values(point.states).reduce((sum, count) => sum + count, 0),
        completed: point.states.completed ?? 0,
        ...{ objective: objective?.name ?? null, value: meanIn(point.trial, objective?.name) },
        ...{ cost_name: cost?.name ?? null, cost: meanIn(point.trial, cost?.name) },
        feasible: point.seeds === 0 ? null : (point.violation ?? 0) > 0 ? 0 : 1,
        eligible: eligible.has(point.trial) ? 1 : 0,
      })),
  )
  const completed = results.reduce((sum, { states }) => sum + (states.completed ?? 0), 0)
  const counting = results.reduce((sum, { seeds }) => sum + seeds, 0)
  const without = objective === undefined ? 0 : completed - counting
  const said = await Promise.all([
    lackingObjectives(store.db, sweep.id).then(({ lacking }) => lacking),
    ...[paretoResults(store, sweep, { limit: 1 }), analyseSweep(store.db, sweep), analysisFigure(store, sweep)].map(
      async (reader) => (await reader).withoutObjective,
    ),
  ])
  expect(said).toEqual([without, without, without, without])

  for (const row of rows) {
    const k = points.trials.indexOf(Number(row.trial_id))
    expect(number(row.value_se)).toEqual(close(points.errors[0]?.[k]))
  }

  const isCounted = (name: string) => results.some((point) => countedCost(point, name) !== undefined)
  const found = await store.query('select * from point_metrics order by trial_id, name')
  expect(
    found.rows
      .filter(({ name }) => !isCounted(String(name)))
      .map(({ trial_id, name, value, se, n }) => [trial_id, name, number(value), number(se), n]),
  ).toEqual(
    results
      .toSorted((a, b) => a.trial - b.trial)
      .flatMap(({ trial, metrics: own }) =>
        [...own]
          .filter(([name, { n }]) => n > 0 && !isCounted(name))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { mean, se, n }]) => [trial, name, close(mean), close(se), n]),
      ),
  )

  const front = await store.query('select trial_id from pareto_front order by trial_id')
  const axes = over.map(({ name }) => points.metrics.findIndex((metric) => metric.name === name))
  const own = over.length < 2 ? [] : (frontOf(points, 1, axes)?.points ?? []).map((k) => points.trials[k] ?? 0)
  expect(front.rows.map((row) => row.trial_id)).toEqual(own.sort((a, b) => a - b))

  const [y, x] = over
  if (x !== undefined && y !== undefined && points.size > 0)
    expect(await frontOfFigure(store, sweep, x, y)).toEqual(own)

  const [best] = bestPoints(points, 1).map((k) => points.trials[k])
  const sign = objective?.goal === 'maximize' ? 'desc' : 'asc'
  const first = await store.query(
    `select trial_id from points where eligible = 1 order by value ${sign}, trial_id limit 1`,
  )
  expect(first.rows[0]?.trial_id).toBe(best)

  const view = await store.query(`select * from ${pointsViewName(sweep.view_name)} order by trial_id`)
  expect(
    view.rows.map(({ trial_id, state: its, seeds, feasible, eligible: may }) => [trial_id, its, seeds, feasible, may]),
  ).toEqual(
    rows.map(({ trial_id, state: its, seeds, feasible, eligible: may }) => [trial_id, its, seeds, feasible, may]),
  )
  if (objective !== undefined && !isCounted(objective.name)) {
    for (const row of view.rows.filter(({ seeds }) => Number(seeds) > 0)) {
      const column = objective.name === 'flops' ? 'metric_flops' : objective.name
      expect(number(row[column])).toEqual(meanIn(Number(row.trial_id), objective.name))
    }
  }
}

/** The trials that the page and `swath plot` draw on the front. */
async function frontOfFigure(store: Store, sweep: SweepRow, x: SweepMetric, y: SweepMetric): Promise<number[]> {
  const choice = await Choice.of(store, sweep)
  const named = ({ name }: SweepMetric) => columnOf(choice.columns, name)?.name ?? name
  const axes = { x: named(x), y: named(y), xGoal: x.goal, yGoal: y.goal }
  const { points } = await paretoFigure(choice, axes)
  return points.filter(({ isOnFront }) => isOnFront).map(({ trial }) => trial)
}
