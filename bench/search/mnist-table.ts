import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Parameters } from '../../src/programs/program.ts'
import { intUniform } from '../../src/search/distributions.ts'
import { searchSpace } from '../../src/search/space.ts'
import { describeOwnMachine } from '../machine.ts'
import { runSweep } from '../run-sweep.ts'
import type { TestFunction } from './functions.ts'

const sweep = join(import.meta.dirname, 'mnist-table.yaml')
/** What each network of `mnist-table.yaml` came to. */
export const tableFile = join(import.meta.dirname, 'mnist-table.json')

const axes = ['batch_size', 'depth', 'learning_rate', 'width'] as const
const trained = `
  select t.params, t.flops, m.value as val_accuracy
  from trials t join trial_metrics m on m.trial_id = t.id and m.name = 'val_accuracy' order by t.number`

interface Table {
  readonly made: object
  readonly columns: readonly string[]
  /** The parameters' values, the accuracy, the FLOPs. */
  readonly rows: readonly (readonly number[])[]
}

/** Real networks in place of a formula: searches are told what each came to, and train nothing. */
export async function mnistFunctions({ fresh }: { fresh: boolean }): Promise<Readonly<Record<string, TestFunction>>> {
  if (fresh || !existsSync(tableFile)) await makeTable()
  const { rows } = JSON.parse(readFileSync(tableFile, 'utf8')) as Table
  const lists = axes.map((_, k) => [...new Set(rows.map((row) => row[k] ?? NaN))].sort((a, b) => a - b))
  const byPoint = new Map(rows.map((row) => [row.slice(0, axes.length).join(), row.slice(axes.length)]))
  // A parameter is the place of its value in the list: Optuna is told the same.
  const space = searchSpace(
    axes.map((name, k) => {
      const distribution = intUniform({ min: 0, max: (lists[k]?.length ?? 1) - 1 })
      return { kind: 'number', name, when: [], distribution }
    }),
  )
  const values = (point: Parameters): [error: number, cost: number] => {
    const key = axes.map((name, k) => lists[k]?.[Number(point[name])]).join()
    const [accuracy = NaN, flops = NaN] = byPoint.get(key) ?? []
    return [1 - accuracy, Math.log10(flops)]
  }
  const least = 1 - Math.max(...rows.map((row) => row[axes.length] ?? 0))
  return {
    mnist: { space, evaluate: (point) => values(point).slice(0, 1), least },
    'mnist-flops': { space, evaluate: values, reference: [0.4, 6] },
  }
}

async function makeTable(): Promise<void> {
  console.log('training the networks of mnist-table.yaml')
  const { seconds, rows } = await runSweep(sweep, [], trained)
  const table = rows.map((row) => {
    const params = JSON.parse(String(row.params)) as Record<string, number>
    return [...axes.map((name) => params[name] ?? NaN), Number(row.val_accuracy), Number(row.flops)]
  })
  writeTable(table, { date: new Date().toISOString(), seconds: Math.round(seconds), machine: describeOwnMachine() })
}

/** A row a line, so that two tables can be compared. */
function writeTable(rows: readonly (readonly number[])[], made: object): void {
  const head = { made: { from: 'mnist-table.yaml', ...made }, columns: [...axes, 'val_accuracy', 'flops'] }
  const lines = rows.toSorted((a, b) => compare(a, b)).map((row) => `    ${JSON.stringify(row)}`)
  writeFileSync(
    tableFile,
    `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${lines.join(',\n')}\n  ]\n}\n`,
  )
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((value, k) => value - (b[k] ?? 0)).find((difference) => difference !== 0) ?? 0
}
