import { sql, type Kysely, type Transaction } from 'kysely'

import { countStates, isSqlite, recountStates, stateTriggers } from '../../db/dialect.ts'
import { countFinalMetrics, finalMetricsOfReports } from '../../db/final-metrics.ts'
import { recountSweeps } from './recount.ts'
import type { Schema } from './schema.ts'
import { mostColumns } from './sweep-view.ts'
import { defineMissingViews, isOfAllStores, missingViews, rebuildSweepViews } from './views.ts'

/** Rows or views that are computed from other rows, and stored because computing them at each reading is slow. */
interface Derived {
  /** For people. */
  readonly name: string
  /** True where a look at it takes milliseconds in a large store: each opening to write does it. */
  readonly isQuick: boolean
  readonly isStale: (db: Kysely<Schema>) => Promise<boolean>
  readonly rebuild: (db: Transaction<Schema>) => Promise<void>
}

const derived: readonly Derived[] = [
  {
    name: 'how many trials are in which state',
    isQuick: true,
    isStale: async (db) => isSqlite(db) && ((await lackTriggers(db)) || (await countsDiffer(db))),
    rebuild: async (db) => {
      if (await lackTriggers(db)) await countStates(db as unknown as Kysely<unknown>)
      else await recountStates(db)
    },
  },
  {
    name: 'what each trial reported last',
    isQuick: false,
    isStale: (db) => differ(db, sql.raw(finalMetricsOfReports), sql.raw(`select ${finalColumns} from final_metrics`)),
    rebuild: async (db) => {
      await db.deleteFrom('final_metrics').execute()
      await sql.raw(countFinalMetrics).execute(db)
    },
  },
  {
    name: 'the metrics of each sweep',
    isQuick: false,
    isStale: (db) =>
      differ(
        db,
        sql`select distinct t.sweep_id, f.name from final_metrics f join trials t on t.id = f.trial_id`,
        sql`select sweep_id, name from sweep_metrics where reported = 1`,
      ),
    rebuild: recountSweeps,
  },
]

/** The columns of `final_metrics` that do not depend on the order in which reports were added up. */
const finalColumns = 'trial_id, name, epoch, value, reports, least, greatest'

/**
 * Brings what is derived in line with what it is derived from, where that is not so: after a crash between the two, or a
 * change by hand. Returns what had to be.
 * @param all also what takes long to look at
 */
export async function reconcile(db: Kysely<Schema>, { all }: { readonly all: boolean }): Promise<string[]> {
  const done: string[] = []
  for (const { name, isQuick, isStale, rebuild } of derived) {
    if ((!isQuick && !all) || !(await isStale(db))) continue
    await db.transaction().execute(rebuild)
    done.push(name)
  }
  const views = await rebuildStaleViews(db)
  return views.length === 0 ? done : [...done, `the views ${views.join(', ')}`]
}

/** Creates the views that are missing, or lack a metric that trials have reported, and returns their names. */
export async function rebuildStaleViews(db: Kysely<Schema>): Promise<string[]> {
  const missing = await missingViews(db)
  const stale = [...new Set([...missing, ...(await viewsWithoutAMetric(db))])]
  if (stale.length === 0) return []
  await defineMissingViews(db, missing)
  const rebuilt = await rebuildSweepViews(db, stale)
  return [...missing.filter(isOfAllStores), ...rebuilt]
}

/**
 * A view is created after the report that brings a metric. A process that ends in between leaves it without the column. The
 * name of a metric is in the text of its view, in quotes. Views that are full leave metrics out.
 */
async function viewsWithoutAMetric(db: Kysely<Schema>): Promise<string[]> {
  const quoted = sql`'''' || replace(m.name, '''', '''''') || ''''`
  const lacks = isSqlite(db)
    ? sql`select 1 from sqlite_schema v where v.type = 'view' and v.name = s.view_name and instr(v.sql, ${quoted}) = 0`
    : sql`select 1 from pg_views v where v.schemaname = current_schema() and v.viewname = s.view_name
        and position(replace(${quoted}, '\\', '\\\\') in v.definition) = 0`
  const { rows } = await sql<{ view_name: string }>`
    select distinct s.view_name from sweeps s join sweep_metrics m on m.sweep_id = s.id
    where m.reported = 1 and exists (${lacks})
      and (select count(*) from sweep_metrics c where c.sweep_id = s.id) < ${sql.lit(mostColumns / 2)}`.execute(db)
  return rows.map((row) => row.view_name)
}

async function lackTriggers(db: Kysely<Schema>): Promise<boolean> {
  const names = sql.join(stateTriggers.map((name) => sql.lit(name)))
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from sqlite_schema where type = 'trigger' and name in (${names})`.execute(db)
  return Number(rows[0]?.n) < stateTriggers.length
}

function countsDiffer(db: Kysely<Schema>): Promise<boolean> {
  return differ(
    db,
    // Trials whose sweep is gone, as after a deletion by another program, count for none.
    sql`select sweep_id, state, count(*) as trials from trials where sweep_id in (select id from sweeps)
      group by sweep_id, state`,
    sql`select sweep_id, state, trials from state_counts where trials <> 0`,
  )
}

/** True if one query has a row that the other one lacks. */
async function differ(db: Kysely<Schema>, a: ReturnType<typeof sql>, b: ReturnType<typeof sql>): Promise<boolean> {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const { rows } = await sql`select 1 from (${one} except ${other}) d limit 1`.execute(db)
    if (rows.length > 0) return true
  }
  return false
}
