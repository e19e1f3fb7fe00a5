import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { cached } from '../../src/setup/cache.ts'
import { runProcess } from '../run-process.ts'
import { svmFile } from './branching.ts'
import { tableFile } from './mnist-table.ts'

const peers = join(import.meta.dirname, '..', 'peers')
export const optunaScript = join(peers, 'optuna_search.py')
const branchingScript = join(peers, 'optuna_branching.py')

export interface Task {
  readonly function: string
  readonly method: string
  readonly trials: number
  readonly seeds: readonly number[]
  /** How many trials run at any time. */
  readonly workers?: number
}

/** A search by one seed. */
export interface OptunaRun {
  /** By trial, in the order in which they ended. */
  readonly values: readonly (readonly number[])[]
  /** As {@link values}. */
  readonly params: readonly Readonly<Record<string, number | string>>[]
}

/**
 * What Optuna's sampler of that name finds. Its seeds make it the same each time, so what it found is kept in the cache
 * folder for as long as its version, the functions and the task are the same.
 */
export async function askOptuna(python: string, task: Task): Promise<readonly OptunaRun[]> {
  const { function: name, method, trials, seeds, workers = 1 } = task
  const asked = JSON.stringify({ function: name, sampler: method, trials, seeds, workers })
  const hash = createHash('sha256').update(asked)
  const read = [optunaScript, branchingScript, join(peers, 'requirements.txt'), ...tablesOf(name)]
  for (const file of read) hash.update(readFileSync(file))
  const kept = cached(join('bench', `optuna-${hash.digest('hex').slice(0, 16)}.json`))
  if (!existsSync(kept)) {
    const { stdout } = await runProcess([python, optunaScript, asked])
    mkdirSync(dirname(kept), { recursive: true })
    writeFileSync(kept, stdout)
  }
  return JSON.parse(readFileSync(kept, 'utf8')) as OptunaRun[]
}

function tablesOf(name: string): string[] {
  return name.startsWith('mnist') ? [tableFile] : name.startsWith('svm') ? [svmFile] : []
}
