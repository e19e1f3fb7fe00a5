import type { Store } from '../../src/store/store.ts'

/** What is in a store of a sweep, whatever happened on the way. */
export interface SweepReport {
  readonly name: string
  readonly trials: number
  readonly notCompleted: number
  /** Trials with more than one attempt that completed, or none. */
  readonly notCountedOnce: number
  /** Reports that were acknowledged and are not there. */
  readonly reportsLost: number
  /** Attempts that were lost or interrupted. */
  readonly attemptsCutShort: number
  /** Epochs that had been reported and were trained again. */
  readonly epochsRepeated: number
  /** Attempts that nobody ended. */
  readonly attemptsOpen: number
  readonly results: Results
}

/** Each trial and each metric as a line. */
export interface Results {
  readonly trials: readonly string[]
  readonly metrics: readonly string[]
}

export async function inspect(store: Store, name: string, acknowledged: ReadonlySet<string>): Promise<SweepReport> {
  const ofSweep = `(select id from trials where sweep_id = (select id from sweeps where name = '${name}'))`
  const count = async (query: string) => Number((await store.query(query)).rows[0]?.n)
  const pairs = async (query: string) =>
    (await store.query(query)).rows.map((row) => `${String(row.trial_id)} ${String(row.epoch)}`)
  const kept = new Set(
    await pairs(
      `select distinct trial_id, epoch from metrics union select distinct trial_id, epoch from superseded_metrics`,
    ),
  )
  const ids = new Set((await store.query(`select id from ${ofSweep} as t`)).rows.map(({ id }) => String(id)))
  return {
    name,
    trials: ids.size,
    notCompleted: await count(`select count(*) as n from trials where id in ${ofSweep} and state <> 'completed'`),
    notCountedOnce: await count(
      `select count(*) as n from trials t where id in ${ofSweep}
       and (select count(*) from attempts a where a.trial_id = t.id and a.state = 'completed') <> 1`,
    ),
    reportsLost: [...acknowledged].filter((each) => ids.has(each.split(' ')[0] ?? '') && !kept.has(each)).length,
    attemptsCutShort: await count(
      `select count(*) as n from attempts where trial_id in ${ofSweep} and state in ('lost', 'interrupted')`,
    ),
    epochsRepeated: await count(
      `select count(*) as n from (select distinct trial_id, attempt, epoch from superseded_metrics
       where trial_id in ${ofSweep}) as again`,
    ),
    attemptsOpen: await count(`select count(*) as n from attempts where trial_id in ${ofSweep} and state = 'running'`),
    results: await resultsOf(store, name),
  }
}

/** What a sweep found; what the clock says is no result. */
export async function resultsOf(store: Store, name: string): Promise<Results> {
  const lines = async (query: string) =>
    (await store.query(query)).rows.map((row) => Object.values(row).map(String).join(' '))
  const sweep = `(select id from sweeps where name = '${name}')`
  return {
    trials: await lines(
      `select number, params, repeat, seed, state, weights_sha256 from trials where sweep_id = ${sweep}`,
    ),
    metrics: await lines(`select t.number, m.epoch, m.name, m.value from metrics m join trials t on t.id = m.trial_id
      where t.sweep_id = ${sweep} and m.name not like '%seconds' and m.name not like '%per_second'`),
  }
}

/** Lines that are in one of both and not in the other. */
export function differences(some: readonly string[], others: readonly string[]): number {
  const [here, there] = [new Set(some), new Set(others)]
  return some.filter((each) => !there.has(each)).length + others.filter((each) => !here.has(each)).length
}
