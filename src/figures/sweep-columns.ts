import { longestName } from '../../db/dialect.ts'
import { metricNamed } from '../metrics/catalogue.ts'
import type { Parameters } from '../programs/program.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { sweepMetrics } from '../store/sweep-metrics.ts'
import { sweepColumns as columnsOfSweep, type NamedColumn } from '../store/sweep-view.ts'
import { trialsOf } from '../store/trials.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { parameterNames } from '../sweep/space.ts'
import { tellingParameters } from '../sweep/telling.ts'
import type { SweepColumn } from './column.ts'
import { quoted } from './sql-text.ts'
import { readableParameters } from '../store/trial-parameters.ts'

/** Rows that tell whether a column holds numbers and whether it varies. */
const rowsLookedAt = 500

/** Columns rarely change, and every figure of a page asks for them. */
const keptMs = 5_000
const kept = new WeakMap<Store, Map<number, Kept>>()

interface Kept {
  readonly columns: Promise<SweepColumn[]>
  readonly until: number
}

/** Returns the columns of a sweep's views as they were up to five seconds ago. */
export function recentColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const known = kept.get(store)?.get(sweep.id)
  return known !== undefined && performance.now() < known.until ? known.columns : sweepColumns(store, sweep)
}

/** Returns the columns of a sweep's views as they are now. */
export function sweepColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const own = kept.get(store) ?? new Map<number, Kept>()
  kept.set(store, own)
  const columns = readColumns(store, sweep)
  own.set(sweep.id, { columns, until: performance.now() + keptMs })
  columns.catch(() => own.delete(sweep.id))
  return columns
}

async function readColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const { db } = store
  const known = await sweepMetrics(db, sweep.id)
  const metrics = known.filter(({ reported }) => reported === 1).map(({ name }) => name)
  const layout = columnsOfSweep(sweep, {
    ...{ parameters: await parametersOf(store, sweep), metrics, longest: longestName(db) },
  })
  const named = new Map(layout.map((column) => [column.name, column]))
  const { columns, rows } = await store.query(`select * from ${quoted(sweep.view_name)}`, { limit: rowsLookedAt })
  const trials = rows.map((row) => ({ params: parametersIn(row, layout) }))
  const telling = new Set(tellingParameters(sweep, trials, { areAll: rows.length < rowsLookedAt }))
  return columns.map((name): SweepColumn => {
    const values = new Set(rows.map((row) => row[name]).filter((value) => value !== null))
    const isNumber = values.size > 0 && [...values].every((value) => typeof value === 'number')
    const { kind: source, of } = named.get(name) ?? { kind: 'trial' as const, of: name }
    const varies = source === 'parameter' ? telling.has(of) : values.size > 1
    return { name, source, of, goal: metricNamed(known, of).goal, isNumber, varies }
  })
}

function parametersIn(row: Readonly<Record<string, unknown>>, columns: readonly NamedColumn[]): Parameters {
  const own = columns.filter(({ kind, name }) => kind === 'parameter' && row[name] != null)
  return Object.fromEntries(own.map(({ of, name }) => [of, row[name]])) as Parameters
}

/** Returns the parameters of the definition and, for a sweep that was not created from a file, of its first trial. */
async function parametersOf({ db }: Store, sweep: SweepRow): Promise<string[]> {
  const { parameters } = storedDefinition(sweep)
  const [first] = await trialsOf(db, sweep.id, 1)
  const names = [...parameterNames(parameters), ...Object.keys(readableParameters(first ?? { params: '{}' }))]
  return [...new Set(names)].sort()
}
