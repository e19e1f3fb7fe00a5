import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'

import { randomStream } from '../../src/random/stream.ts'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { withStore } from '../../src/store/open.ts'

export const ways = ['kill -9', 'kill -TERM', 'Ctrl-C twice'] as const
type Way = (typeof ways)[number]

export interface StormOptions {
  /** The command, without its arguments. */
  readonly swath: readonly string[]
  /** An empty folder with the sweep file in it. */
  readonly folder: string
  readonly file: string
  readonly kills: number
  /** A run is killed at a random moment of its first so many milliseconds, starting up included. */
  readonly longestMs: number
  readonly seed: number
  readonly onKill?: (count: number, way: Way) => void
}

export interface StormReport {
  readonly kills: Readonly<Record<Way, number>>
  /** Runs that were through before they were killed. */
  readonly runs: number
  /** Reports that were acknowledged and are not in the store. */
  readonly rowsLost: number
  /** Attempts that were cut short: each may have trained one epoch that was not reported. */
  readonly attemptsCutShort: number
  /** Epochs that were reported and had to be trained again. */
  readonly epochsRepeated: number
  /** What SQLite's integrity check found. */
  readonly torn: number
  readonly strayFiles: readonly string[]
  readonly strayProcesses: readonly string[]
  readonly locksLeft: number
}

/** Runs a sweep and kills it, again and again, then lets it complete. */
export async function killStorm(options: StormOptions): Promise<StormReport> {
  const { folder, kills: wanted, seed, longestMs } = options
  const stream = randomStream(seed, 'kills')
  const random = () => uniformInt(stream, 0, 999_999) / 1_000_000
  const acknowledged = new Set<string>()
  const kills: Record<Way, number> = { 'kill -9': 0, 'kill -TERM': 0, 'Ctrl-C twice': 0 }
  let runs = 0
  let torn = 0
  for (let count = 0; count < wanted; runs++) {
    const way = ways[Math.floor(random() * ways.length)] ?? 'kill -9'
    const isOver = await runOnce(options, acknowledged, { way, afterMs: random() * longestMs, random })
    if (isOver) break
    kills[way]++
    count++
    options.onKill?.(count, way)
    if (count % 20 === 0) torn += await integrityProblems(folder)
  }
  if (!(await runOnce(options, acknowledged, undefined))) throw new Error('the last run did not complete')
  torn += await integrityProblems(folder)
  return { kills, runs: runs + 1, torn, ...(await inspect(folder, acknowledged)) }
}

/** True if the run came to its end by itself. */
async function runOnce(
  { swath: [program = '', ...args], folder, file }: StormOptions,
  acknowledged: Set<string>,
  end: { readonly way: Way; readonly afterMs: number; readonly random: () => number } | undefined,
): Promise<boolean> {
  const child = spawn(program, [...args, 'run', file], {
    cwd: folder,
    env: { ...process.env, PWD: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said: string[] = []
  createInterface(child.stderr).on('line', (line) => {
    said.push(line)
    const [, trial, epoch] = /^trial (\d+) \(.*\) epoch (\d+): /.exec(line) ?? []
    // Printed once the report is on disk: from here on it may not be lost.
    if (trial !== undefined && epoch !== undefined) acknowledged.add(`${trial} ${epoch}`)
  })
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve))
  if (end === undefined) {
    const code = await closed
    if (code !== 0) throw new Error(`the last run ended with ${String(code)}:\n${said.join('\n')}`)
    return true
  }
  const ended = await Promise.race([closed.then(() => true), delay(end.afterMs, false)])
  if (ended) return child.exitCode === 0
  if (end.way === 'kill -9') child.kill('SIGKILL')
  else if (end.way === 'kill -TERM') child.kill('SIGTERM')
  else {
    child.kill('SIGINT')
    await Promise.race([closed, delay(end.random() * 300)])
    child.kill('SIGINT')
  }
  const code = await closed
  if (code !== null && code !== 130 && code !== 0) {
    throw new Error(`a run that was ended (${end.way}) ended with ${code}:\n${said.join('\n')}`)
  }
  return code === 0
}

async function ask<Row>(folder: string, query: string): Promise<Row[]> {
  const { rows } = await withStore(join(folder, 'swath.db'), 'read', (store) => store.query(query))
  return rows as Row[]
}

async function integrityProblems(folder: string): Promise<number> {
  const rows = await ask<{ problem: string }>(
    folder,
    'select integrity_check as problem from pragma_integrity_check union all select "table" from pragma_foreign_key_check',
  ).catch((error: unknown) => (String(error).includes('no store') ? [] : Promise.reject(error as Error)))
  return rows.filter(({ problem }) => problem !== 'ok').length
}

async function inspect(folder: string, acknowledged: ReadonlySet<string>) {
  const kept = await ask<{ trial_id: number; epoch: number }>(
    folder,
    'select distinct trial_id, epoch from metrics union select distinct trial_id, epoch from superseded_metrics',
  )
  const known = new Set(kept.map(({ trial_id, epoch }) => `${trial_id} ${epoch}`))
  const [cut] = await ask<{ n: number }>(
    folder,
    "select count(*) as n from attempts where state in ('lost', 'interrupted')",
  )
  const [again] = await ask<{ n: number }>(
    folder,
    'select count(*) as n from (select distinct trial_id, attempt, epoch from superseded_metrics)',
  )
  const [locks] = await ask<{ n: number }>(
    folder,
    "select (select count(*) from coordinators) + (select count(*) from attempts where state = 'running') as n",
  )
  const names = new Set((await ask<{ name: string }>(folder, 'select name from artifacts')).map(({ name }) => name))
  return {
    rowsLost: [...acknowledged].filter((report) => !known.has(report)).length,
    attemptsCutShort: cut?.n ?? 0,
    epochsRepeated: again?.n ?? 0,
    locksLeft: locks?.n ?? 0,
    strayFiles: filesOf(folder).filter((file) => !names.has(file)),
    strayProcesses: processesIn(folder),
  }
}

function filesOf(folder: string): string[] {
  const artifacts = join(folder, 'swath-artifacts')
  return readdirSync(artifacts, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(artifacts.length + 1))
}

/** Processes that still work in a folder; Linux alone tells. */
function processesIn(folder: string): string[] {
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
  return pids.flatMap((pid) => {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return environment.split('\0').includes(`PWD=${folder}`) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
    } catch {
      return []
    }
  })
}
