import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { openStore } from '../../src/store/open.ts'
import type { LocalPostgres } from '../../src/local-postgres/server.ts'
import { workBetween, workOf, type ServerWork } from './own-server.ts'

export interface SharedOrchestration {
  readonly trials: number
  readonly workers: number
  /** Processes that the workers are divided among. */
  readonly hosts: number
  /** What each trial lasts, 0 for no time at all. */
  readonly trialMs: number
  /** From the first trial's start to the last one's end, by the store's clock. */
  readonly seconds: number
  readonly trialsPerSecond: number
  /** From "worker free" to "trial started", ms; null where each worker had one trial at most. */
  readonly wait: { readonly median: number; readonly p99: number } | null
  /** Processor time of the hosts. */
  readonly hostCpuSeconds: number
  readonly server: ServerWork
}

export interface NothingOptions {
  readonly trials: number
  readonly workers: number
  readonly hosts: number
  readonly trialMs: number
}

const cli = join(import.meta.dirname, '..', '..', 'bin', 'swath.js')
let runs = 0

/** `swath run --workers 0` of trials that do nothing, and hosts with simulated workers; a schema of its own. */
export async function runNothingShared(server: LocalPostgres, options: NothingOptions): Promise<SharedOrchestration> {
  const { trials, workers, hosts, trialMs } = options
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  const location = `${server.url}?schema=nothing_${++runs}`
  const children: ChildProcess[] = []
  try {
    copyFileSync(join(import.meta.dirname, '..', 'orchestrate', 'nothing.mjs'), join(folder, 'nothing.mjs'))
    writeFileSync(join(folder, 'nothing.yaml'), sweepOf(trials))
    // The first to come makes the tables.
    await (await openStore(location, 'write')).close()
    const started = Array.from({ length: hosts }, (_, k) =>
      startHost(location, Math.ceil((workers - k) / hosts), trialMs, folder),
    )
    children.push(...started.map(({ child }) => child))
    await Promise.all(started.map(({ ready }) => ready))
    const before = await workOf(server)
    const coordinator = spawn(process.execPath, [cli, 'run', 'nothing.yaml', '--workers', '0'], {
      ...{ cwd: folder, env: { ...process.env, SWATH_STORE: location }, stdio: ['ignore', 'ignore', 'pipe'] },
    })
    children.push(coordinator)
    // Somebody reads what it prints, as a terminal does or a log.
    let said = ''
    coordinator.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2_000)))
    const [[code], ...measured] = await Promise.all([
      once(coordinator, 'close') as Promise<[number | null]>,
      ...started.map(({ measured }) => measured),
    ])
    if (code !== 0) throw new Error(`swath run ended with ${String(code)}:\n${said}`)
    const spent = workBetween(before, await workOf(server))
    const seconds = await courseOf(location, trials)
    const waits = measured.flatMap(({ waits }) => waits).sort((a, b) => a - b)
    const at = (part: number) => waits[Math.min(Math.floor(part * waits.length), waits.length - 1)] ?? NaN
    return {
      ...{ trials, workers, hosts, trialMs, seconds, trialsPerSecond: trials / seconds, server: spent },
      wait: waits.length === 0 ? null : { median: at(0.5), p99: at(0.99) },
      hostCpuSeconds: measured.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
    }
  } finally {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

const sweepOf = (trials: number) => `name: nothing
program: ./nothing.mjs
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters:
  point: { min: 1, max: ${trials} }
`

interface Measured {
  readonly waits: readonly number[]
  readonly cpuSeconds: number
}

function startHost(location: string, workers: number, trialMs: number, folder: string) {
  const script = join(import.meta.dirname, 'simulate-host.ts')
  const args = [location, 'nothing', `${workers}`, `${trialMs}`, join(folder, 'nothing.mjs')]
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), script, ...args], {
    ...{ cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  })
  const lines = createInterface(child.stdout)
  const ended = once(child, 'close').then(([code]) => {
    throw new Error(`a simulated host ended with ${String(code)} before it said what it measured`)
  })
  ended.catch(() => undefined)
  const line = (pattern: RegExp) =>
    Promise.race([
      ended,
      new Promise<string>((resolve) => {
        lines.on('line', (text) => {
          if (pattern.test(text)) resolve(text)
        })
      }),
    ])
  const measured = line(/^\{/).then((text) => JSON.parse(text) as Measured)
  return { child, ready: line(/^ready$/), measured }
}

/** From the first start to the last end, in seconds; throws if anything is missing in the store. */
async function courseOf(location: string, trials: number): Promise<number> {
  const store = await openStore(location, 'read')
  try {
    const { rows } = await store.query(`select
      (select count(*) from trials where state = 'completed') as completed,
      (select count(*) from attempts where state = 'completed') as attempts,
      (select count(*) from metrics) as reports,
      (select min(started_at) from trials) as began,
      (select max(finished_at) from trials) as ended`)
    const { completed, attempts, reports, began, ended } = rows[0] ?? {}
    if (Number(completed) !== trials || Number(attempts) !== trials || Number(reports) !== 2 * trials) {
      throw new Error(`${String(completed)} of ${trials} trials completed, with ${String(reports)} reports`)
    }
    return (Date.parse(String(ended)) - Date.parse(String(began))) / 1000
  } finally {
    await store.close()
  }
}
