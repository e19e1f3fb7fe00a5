import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withStore } from '../../src/store/open.ts'
import { usageOf } from '../process-usage.ts'

export interface Orchestration {
  readonly trials: number
  readonly workers: number
  /** From the first trial that is handed out to the last that has ended. */
  readonly msPerTrial: number
  /** All that comes before and after, a process that starts and a table that is printed among it. */
  readonly startSeconds: number
  /** Resident memory in its course, while trials ran; empty where the system has no /proc. */
  readonly memoryMb: readonly number[]
  /** Processor time of the whole process, all of its threads. */
  readonly cpuSeconds: number
}

const cli = join(import.meta.dirname, '..', '..', 'bin', 'swath.js')
const samplingMs = 100

/** `swath run` of trials that do nothing, as a user types it, with a store of its own. */
export async function runNothing(trials: number, workers: number): Promise<Orchestration> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  try {
    copyFileSync(join(import.meta.dirname, 'nothing.mjs'), join(folder, 'nothing.mjs'))
    writeFileSync(
      join(folder, 'nothing.yaml'),
      `program: ./nothing.mjs
method: grid
metric: { name: loss }
resources: { cores: 0 }
parameters:
  point: { min: 1, max: ${trials} }
`,
    )
    const started = performance.now()
    const child = spawn(process.execPath, [cli, 'run', 'nothing.yaml', '--workers', String(workers)], {
      ...{ cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    })
    // Somebody reads what it prints, as a terminal does or a log.
    child.stderr.resume()
    const ended = new Promise((resolve) => child.once('exit', resolve))
    const samples: { readonly at: number; readonly megabytes: number }[] = []
    let cpuSeconds = 0
    while (child.exitCode === null) {
      const { megabytes, cpu } = usageOf(child.pid ?? 0)
      if (megabytes > 0) samples.push({ at: Date.now(), megabytes })
      cpuSeconds = Math.max(cpuSeconds, cpu)
      await Promise.race([ended, sleep(samplingMs)])
    }
    const seconds = (performance.now() - started) / 1000
    if (child.exitCode !== 0) throw new Error(`swath run ended with ${child.exitCode}`)
    const { from, to } = await courseOf(folder, trials)
    const inCourse = samples.filter(({ at }) => at >= from && at <= to).map(({ megabytes }) => megabytes)
    return {
      ...{ trials, workers, msPerTrial: (to - from) / trials, startSeconds: seconds - (to - from) / 1000 },
      ...{ memoryMb: thinned(inCourse), cpuSeconds },
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** When the run began to train and when it had ended, by its own account; throws if anything is missing in the store. */
async function courseOf(folder: string, trials: number): Promise<{ from: number; to: number }> {
  const { rows } = await withStore(join(folder, 'swath.db'), 'read', (store) =>
    store.query(`select
      (select count(*) from trials where state = 'completed') as completed,
      (select count(*) from metrics) as reports,
      (select min(at) from events where kind = 'run started') as began,
      (select max(at) from events where kind = 'run ended') as ended`),
  )
  const { completed, reports, began, ended } = rows[0] ?? {}
  if (completed !== trials || reports !== 2 * trials) {
    throw new Error(`${String(completed)} of ${trials} trials completed, with ${String(reports)} reports`)
  }
  return { from: Date.parse(String(began)), to: Date.parse(String(ended)) }
}

/** Forty of them at most, evenly spaced. */
function thinned(samples: readonly number[]): number[] {
  const step = Math.max(samples.length / 40, 1)
  return Array.from({ length: Math.min(samples.length, 40) }, (_, k) => samples[Math.floor(k * step)] ?? 0)
}
