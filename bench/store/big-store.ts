import { sql } from 'kysely'

import type { Store } from '../../src/store/store.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import { addKnownMetrics } from '../../src/store/sweep-metrics.ts'
import { defineSweepView } from '../../src/store/sweep-view.ts'
import { createSweep } from '../../src/store/sweeps.ts'

export const epochs = 10
export const metrics = ['epoch_seconds', 'test_accuracy', 'val_accuracy'] as const
const parameters = ['depth', 'epochs', 'learning_rate', 'width']
const at = '2026-01-01T00:00:00.000Z'

/**
 * A sweep whose trials have all completed: planned by the store's own functions, then trained by statements over all of
 * its trials at once, as they would be after a run.
 */
export async function fillStore({ db }: Store, trials: number): Promise<SweepRow> {
  const sweep = await createSweep(
    db,
    {
      ...{ name: 'big', file_name: 'big', description: null, method: 'grid', program: 'mlp', seed: 0, created_at: at },
      ...{ settings: JSON.stringify({ metric: null }), source: '', source_path: 'big.yaml', cancelled_at: null },
      definition: JSON.stringify({
        parameters: Object.fromEntries(parameters.map((name) => [name, { values: name === 'epochs' ? [10] : [1, 2] }])),
      }),
    },
    points(trials),
  )
  await db.transaction().execute(async (transaction) => {
    await sql`
      update trials set state = 'completed', attempt = 1, host = 'here', worker = 1 + id % 2, started_at = ${at},
        finished_at = '2026-01-01T00:00:05.000Z', weights_sha256 = ${'0'.repeat(64)}`.execute(transaction)
    await sql`
      insert into attempts (trial_id, attempt, state, host, pid, worker, started_at, finished_at)
      select id, attempt, state, host, 1, worker, started_at, finished_at from trials`.execute(transaction)
    await sql`
      with recursive epochs (epoch) as (values (1) union all select epoch + 1 from epochs where epoch < ${epochs}),
      names (name) as (values ${sql.join(metrics.map((name) => sql`(${name})`))})
      insert into metrics (trial_id, name, epoch, value)
      select t.id, n.name, e.epoch, case n.name
        when 'epoch_seconds' then 1 + t.id % 13 / 10.0
        else 0.75 + t.flops / 2e6 * 0.14 + t.id * 7919 % 10007 / 100070.0 + e.epoch / 1000.0
      end
      from trials t, names n, epochs e
      order by t.id, n.name, e.epoch`.execute(transaction)
    await sql`
      insert into final_metrics (trial_id, name, epoch, value, total, reports, least, greatest)
      select trial_id, name, max(epoch), value, sum(value), count(*), min(value), max(value)
      from metrics group by trial_id, name`.execute(transaction)
    await addKnownMetrics(transaction, sweep.id, 'reported', metrics)
  })
  await defineSweepView(db, sweep, parameters, metrics)
  return sweep
}

function* points(trials: number) {
  for (let k = 0; k < trials; k++) {
    const size = (k * 7919) % 1_000
    const params = { depth: 1 + (k % 10), epochs, learning_rate: 0.001 * (1 + (k % 100)), width: 2 ** (3 + (k % 7)) }
    yield {
      ...{ number: k + 1, params: JSON.stringify(params), repeat: Math.floor(k / 100), seed: k },
      ...{ parameter_count: 1_000 + 1_000 * size, flops: 2_000 + 2_000 * size },
    }
  }
}
