import { messageOf, SwathError } from '../errors.ts'
import type { Diagnosis } from '../setup/diagnosis.ts'
import { findSqliteDriver } from '../setup/sqlite.ts'
import { shownLocation } from '../shown-location.ts'
import { isPostgres } from '../store/location.ts'
import { acceptableSchema, type SchemaState } from '../store/migrate.ts'
import { withStore } from '../store/open.ts'
import { liveRuns } from '../store/runs.ts'
import type { Store, StoreCheck } from '../store/store.ts'
import { formatCompact } from '../report/format.ts'
import { counted, firstOf } from '../report/enumerate.ts'
import { describeExamination, repair } from './describe-examination.ts'
import { examine } from './examine.ts'

/** What can be said of a store without making or changing one, also while sweeps run on it. */
export async function diagnoseStore(location: string, now = new Date()): Promise<Diagnosis[]> {
  const name = 'Store'
  const shown = shownLocation(location)
  if (!isPostgres(location) && findSqliteDriver() === undefined) {
    return [{ name, status: 'ok', detail: `${shown}, not looked at: there is no SQLite driver yet` }]
  }
  try {
    const found = await withStore(location, 'inspect', async (store) => {
      const check = await store.check()
      const database = diagnoseDatabase(check)
      if (check.damage.length > 0) return { lines: [database], isCurrent: false }
      const schema = await acceptableSchema(store.db, shown)
      return {
        lines: [database, ...diagnoseReferences(check), diagnoseSchema(schema), ...(await diagnoseQueue(store))],
        isCurrent: schema.pending.length === 0,
      }
    })
    if (!found.isCurrent) return [{ name, status: 'ok', detail: shown }, ...found.lines]
    return await withStore(location, 'read', async (store) => {
      // Not from a view, which may be what is missing.
      const sweeps = await store.db.selectFrom('sweeps').select('id').execute()
      const runs = (await liveRuns(store.db, now)).map(
        ({ sweep, host, pid }) => `; ${sweep} runs (process ${pid} on ${host})`,
      )
      const detail = `${shown}, sweeps: ${sweeps.length}${runs.join('')}`
      return [{ name, status: 'ok', detail }, ...found.lines, ...describeExamination(await examine(store, now))]
    })
  } catch (error) {
    if (error instanceof SwathError && error.code === 'not-found') {
      return [{ name, status: 'ok', detail: `${shown}, which \`swath run\` will make` }]
    }
    const advice = error instanceof SwathError && error.hint !== undefined ? { advice: error.hint } : {}
    return [{ name, status: 'problem', detail: messageOf(error), ...advice }]
  }
}

function diagnoseDatabase({ damage, bytes, logBytes }: StoreCheck): Diagnosis {
  const name = 'Database'
  if (damage.includes('file is not a database')) {
    const advice = 'put a backup in its place, or name another file with --store'
    return { name, status: 'problem', detail: 'not a database, or no longer one', advice }
  }
  if (damage.length > 0) {
    const advice = `put a backup in its place, or ${repair}: it copies what can be read, and keeps this one beside it`
    return { name, status: 'problem', detail: `damaged: ${firstOf(damage)}`, advice }
  }
  const inLog = logBytes > 0 ? `, ${formatCompact(logBytes)}B of it in its log` : ''
  return { name, status: 'ok', detail: `sound, ${formatCompact(bytes)}B${inLog}` }
}

function diagnoseReferences({ dangling }: StoreCheck): Diagnosis[] {
  return dangling.map(({ table, parent, rows }) => ({
    ...{ name: 'References', status: 'problem', advice: repair },
    detail: `${counted(rows, 'row')} of ${table} are of ${parent} that are not there`,
  }))
}

function diagnoseSchema({ applied, pending }: SchemaState): Diagnosis {
  const name = 'Schema'
  if (pending.length === 0) return { name, status: 'ok', detail: applied.at(-1) ?? '' }
  const detail = `of an older swath: ${applied.at(-1) ?? 'empty'}; the next command keeps a copy and adds ${pending.join(', ')}`
  return { name, status: 'ok', detail }
}

async function diagnoseQueue({ queueTables }: Store): Promise<Diagnosis[]> {
  if (queueTables === undefined) return []
  const name = 'Queue'
  const flaw = await queueTables.flaw()
  if (flaw === undefined) return [{ name, status: 'ok', detail: 'all its tables are there' }]
  const advice =
    flaw.kind === 'newer' ? 'update swath on this machine' : `${repair}: trials that wait are put in it again`
  return [{ name, status: 'problem', detail: flaw.detail, advice }]
}
