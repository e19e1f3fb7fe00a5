import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { withStore } from '../../src/store/open.ts'

export interface WorkersResult {
  readonly speedUp: number
  readonly runs: readonly WorkersRun[]
}

interface WorkersRun {
  readonly workers: number
  /** Of all trials, while they train. */
  readonly imagesPerSecond: number
  /** Resident memory at its most, shared pages of libraries and data among it. */
  readonly peakMb: number
  readonly privateMb: number
}

/** A sweep of equal trials, with one worker and with two. */
export async function runWorkers(quick: boolean): Promise<WorkersResult> {
  const runs = [await runWith(1, quick), await runWith(2, quick)]
  const [one, two] = runs.map(({ imagesPerSecond }) => imagesPerSecond)
  return { speedUp: (two ?? NaN) / (one ?? NaN), runs }
}

async function runWith(workers: number, quick: boolean): Promise<WorkersRun> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  try {
    const sweep = `program: mlp
method: grid
parameters:
  hidden: { value: [512] }
  learning_rate: { values: [0.001, 0.0011, 0.0012, 0.0013] }
  epochs: { value: ${quick ? 1 : 4} }
`
    writeFileSync(join(folder, 'workers.yaml'), sweep)
    const cli = join(import.meta.dirname, '..', '..', 'bin', 'swath.js')
    const child = spawn(process.execPath, [cli, 'run', 'workers.yaml', '--workers', String(workers)], {
      ...{ cwd: folder, stdio: 'ignore' },
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    let [peak, own] = [0, 0]
    while (child.exitCode === null) {
      const now = memoryOf(child.pid ?? 0)
      ;[peak, own] = [Math.max(peak, now.resident), Math.max(own, now.own)]
      await Promise.race([ended, sleep(100)])
    }
    const { rows } = await withStore(join(folder, 'swath.db'), 'read', (store) =>
      store.query(
        "select avg(value) as mean from metrics where name = 'images_per_second' and epoch > 1 or (select max(epoch) from metrics) = 1",
      ),
    )
    const mean = Number(rows[0]?.mean)
    return { workers, imagesPerSecond: workers * mean, peakMb: Math.round(peak), privateMb: Math.round(own) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Megabytes; 0 where the system has no /proc. */
function memoryOf(pid: number): { resident: number; own: number } {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const of = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1000
    return { resident: of('Rss'), own: of('Anonymous') }
  } catch {
    return { resident: 0, own: 0 }
  }
}
