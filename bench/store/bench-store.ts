import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { paretoResults } from '../../src/results/pareto.ts'
import { listRows } from '../../src/cli/list-rows.ts'
import { readSweep } from '../../src/cli/show-sweep.ts'
import { withStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import { artifactsOf } from '../../src/store/artifacts.ts'
import { attemptsOf, eventsOf, metricsOf, queuedTrials, trialById } from '../../src/store/trials.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { epochs, fillStore, metrics } from './big-store.ts'

const goalMs = 100
const queries = join(import.meta.dirname, '..', '..', 'db', 'queries')

interface Question {
  readonly name: string
  readonly ask: (store: Store, sweep: SweepRow) => unknown
}

interface Answer {
  readonly name: string
  /** With a store that was just opened, as a command finds it; then median and best of those that follow. */
  readonly firstMs: number
  readonly medianMs: number
  readonly bestMs: number
  /** Of the processor alone: less than the rest where others use the machine. */
  readonly cpuMs: number
}

/** Times each question that a command asks, to a store of 100,000 trials. Starting and printing are not among it. */
export async function benchStore({ quick }: { quick: boolean }): Promise<void> {
  const trials = quick ? 10_000 : 100_000
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  try {
    const path = join(folder, 'swath.db')
    const started = performance.now()
    const sweep = await withStore(path, 'write', (store) => fillStore(store, trials))
    const size = `${trials.toLocaleString('en')} trials × ${epochs} epochs × ${metrics.length} metrics`
    const megabytes = Math.round(statSync(path).size / 1e6)
    console.log(`${size}: ${megabytes} MB, made in ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
    console.log(`  ${'milliseconds'.padEnd(42)}   first  median    best     CPU  goal`)
    const answers: Answer[] = []
    for (const question of questions()) {
      const answer = await time(question, `sqlite:${path}`, sweep, quick ? 3 : 7)
      answers.push(answer)
      const { firstMs, medianMs, bestMs, cpuMs } = answer
      const [first, median, best, cpu] = [firstMs, medianMs, bestMs, cpuMs].map((ms) => ms.toFixed(1).padStart(7))
      const verdict = `${medianMs <= goalMs ? '✓' : '✗'} ${goalMs} ms`
      console.log(`  ${answer.name.padEnd(42)} ${first} ${median} ${best} ${cpu}  ${verdict}`)
    }
    const results = { trials, epochs, metrics: metrics.length, megabytes, goalMs, answers }
    if (!quick) writeResults('store', { date: new Date().toISOString(), machine: describeOwnMachine(), ...results })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function questions(): Question[] {
  const inSql = (name: string, statement: string): Question => ({ name, ask: (store) => store.query(statement) })
  const limit = 100
  return [
    { name: 'list', ask: (store) => listRows(store, { forPeople: true }) },
    { name: 'show SWEEP', ask: (store, sweep) => readSweep(store, sweep, limit) },
    { name: 'show TRIAL', ask: ({ db }) => readTrial(db, 77) },
    { name: 'pareto', ask: (store, sweep) => paretoResults(store, sweep, { limit }) },
    {
      name: 'pareto --x epoch_seconds --y val_accuracy',
      ask: (store, sweep) => paretoResults(store, sweep, { limit, x: 'epoch_seconds', y: 'val_accuracy' }),
    },
    {
      name: 'pareto --x width',
      ask: (store, sweep) => paretoResults(store, sweep, { limit, x: '-width' }),
    },
    { name: 'what waits in the queue', ask: ({ db }, { id }) => queuedTrials(db, id) },
    ...readdirSync(queries).map((file) => inSql(file, readFileSync(join(queries, file), 'utf8'))),
    inSql('pareto_front', 'select * from pareto_front'),
    inSql('points: the best', 'select * from points where eligible = 1 order by value desc limit 10'),
    inSql(
      "the sweep's points: the best",
      'select * from points_big where eligible = 1 order by test_accuracy desc limit 10',
    ),
    inSql("the sweep's view: its best", 'select * from sweep_big order by test_accuracy desc limit 10'),
    inSql("the sweep's view: one group", 'select depth, avg(test_accuracy) from sweep_big group by depth'),
    inSql(
      "the sweep's view: a part",
      'select trial_id, test_accuracy from sweep_big where depth = 3 and width = 64 and learning_rate > 0.09',
    ),
    inSql(
      "trial_metrics: a metric's mean",
      "select avg(mean), max(greatest) from trial_metrics where name = 'val_accuracy'",
    ),
  ]
}

/** What `swath show TRIAL` reads. */
async function readTrial(db: Store['db'], id: number): Promise<void> {
  await trialById(db, id)
  await attemptsOf(db, id)
  await metricsOf(db, id)
  await eventsOf(db, id, 'warning')
  await artifactsOf(db, id)
}

async function time({ name, ask }: Question, location: string, sweep: SweepRow, rounds: number): Promise<Answer> {
  return withStore(location, 'read', async (store) => {
    const times: number[] = []
    let cpuMs = Infinity
    for (let round = 0; round <= rounds; round++) {
      const started = performance.now()
      const before = process.cpuUsage()
      await ask(store, sweep)
      times.push(performance.now() - started)
      const { user, system } = process.cpuUsage(before)
      cpuMs = Math.min(cpuMs, (user + system) / 1000)
    }
    const [firstMs = NaN, ...others] = times
    others.sort((a, b) => a - b)
    const medianMs = others[Math.floor(others.length / 2)] ?? NaN
    return { name, firstMs, medianMs, bestMs: others[0] ?? NaN, cpuMs }
  })
}
