import { repairStore } from '../maintenance/repair.ts'
import type { Diagnosis } from '../setup/diagnosis.ts'
import { prepareStore } from './open-store.ts'
import { colors, isUnicode } from './terminal.ts'

/** Mends a store, and returns what was done: a line each. */
export async function repairAndSay(location: string): Promise<Diagnosis[]> {
  await prepareStore(location)
  const done: string[] = []
  await repairStore(location, (what) => done.push(what))
  const said = done.length === 0 ? ['nothing to mend'] : done
  return said.map((detail) => ({ name: 'Repaired', status: 'ok', detail }))
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
