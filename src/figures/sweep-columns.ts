import type { Parameters } from '../programs/program.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { fixedColumns } from '../store/sweep-view.ts'
import { trialsOf } from '../store/trials.ts'
import type { SweepDefinition } from '../sweep/definition.ts'
import { parameterNames } from '../sweep/space.ts'
import type { SweepColumn } from './column.ts'
import { quoted } from './sql-text.ts'

/** What a column holds shows in so many rows. */
const rowsLookedAt = 500

/** Columns hardly change; who draws a page asks for them with every figure. */
const keptMs = 5_000
const kept = new WeakMap<Store, Map<number, Kept>>()

interface Kept {
  readonly columns: Promise<SweepColumn[]>
  readonly until: number
}

/** What there is to plot, to sort and to ask of a sweep's trials; as it was up to five seconds ago. */
export function recentColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const known = kept.get(store)?.get(sweep.id)
  return known !== undefined && performance.now() < known.until ? known.columns : sweepColumns(store, sweep)
}

/** The same as it is now. */
export function sweepColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const own = kept.get(store) ?? new Map<number, Kept>()
  kept.set(store, own)
  const columns = readColumns(store, sweep)
  own.set(sweep.id, { columns, until: performance.now() + keptMs })
  columns.catch(() => own.delete(sweep.id))
  return columns
}

/** What is no parameter, trials have reported. */
async function readColumns(store: Store, sweep: SweepRow): Promise<SweepColumn[]> {
  const parameters = await parametersOf(store, sweep)
  const { columns, rows } = await store.query(`select * from ${quoted(sweep.view_name)}`, {
    limit: rowsLookedAt,
  })
  const sourceOf = (name: string): SweepColumn['source'] => {
    if ((fixedColumns as readonly string[]).includes(name)) return 'trial'
    return parameters.has(name) || parameters.has(name.replace(/^param_/, '')) ? 'parameter' : 'metric'
  }
  return columns.map((name) => {
    const values = new Set(rows.map((row) => row[name]).filter((value) => value !== null))
    const isNumber = values.size > 0 && [...values].every((value) => typeof value === 'number')
    return { name, source: sourceOf(name), isNumber, varies: values.size > 1 }
  })
}

/** By its definition and, of a sweep that was not made from a file, by its first trial. */
async function parametersOf({ db }: Store, sweep: SweepRow): Promise<ReadonlySet<string>> {
  const { parameters = {} } = JSON.parse(sweep.definition) as Partial<SweepDefinition>
  const [first] = await trialsOf(db, sweep.id, 1)
  return new Set([...parameterNames(parameters), ...Object.keys(JSON.parse(first?.params ?? '{}') as Parameters)])
}
