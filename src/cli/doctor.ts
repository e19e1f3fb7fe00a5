import { messageOf, SwathError } from '../errors.ts'
import type { Diagnosis } from '../setup/diagnosis.ts'
import { findSqliteDriver } from '../setup/sqlite.ts'
import { openStore } from '../store/open.ts'
import { sweepProgress } from '../store/sweeps.ts'
import { colors, isUnicode } from './terminal.ts'

/** What can be said of a store without making one. */
export async function diagnoseStore(location: string): Promise<Diagnosis> {
  const name = 'Store'
  if (findSqliteDriver() === undefined) {
    return { name, status: 'ok', detail: `${location}, not looked at: there is no SQLite driver yet` }
  }
  try {
    const store = await openStore(location, 'read')
    try {
      const sweeps = await sweepProgress(store.db)
      return { name, status: 'ok', detail: `${location}, sweeps: ${sweeps.length}` }
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof SwathError && error.code === 'not-found') {
      return { name, status: 'ok', detail: `${location}, which \`swath run\` will make` }
    }
    const advice = error instanceof SwathError && error.hint !== undefined ? { advice: error.hint } : {}
    return { name, status: 'problem', detail: messageOf(error), ...advice }
  }
}

export function printDiagnoses(diagnoses: readonly Diagnosis[]): void {
  const marks = isUnicode() ? { ok: '✓', warning: '!', problem: '✗' } : { ok: 'ok', warning: '!', problem: 'x' }
  const paint = { ok: colors.green, warning: colors.yellow, problem: colors.red }
  const width = Math.max(...diagnoses.map(({ name }) => name.length))
  for (const { name, status, detail, advice } of diagnoses) {
    process.stdout.write(`${paint[status](marks[status].padEnd(2))} ${name.padEnd(width)}  ${detail}\n`)
    if (advice !== undefined) process.stdout.write(`   ${' '.repeat(width)}  ${colors.dim('→')} ${advice}\n`)
  }
}
