import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { resultsOf, type Results } from '../cluster-faults/inspect.ts'
import { runProcess } from '../run-process.ts'
import { openStore } from '../../src/store/open.ts'
import { availableCores } from '../../src/tensorflow/cores.ts'

export interface GridRun {
  readonly workers: number
  /** From the first trial's start to the last one's end. */
  readonly seconds: number
  readonly results: Results
}

const root = join(import.meta.dirname, '..', '..')
const cli = join(root, 'bin', 'swath.js')
const file = join(root, 'sweeps', 'mnist-depth-width.yaml')
const sweep = 'mnist-depth-width'
let runs = 0

/** The first of this machine's cores, one a worker. */
const coresFor = (workers: number) => availableCores().slice(0, workers)
const pinned = (cores: readonly number[]) => ['--cpu-list', cores.join(',')]

/** `swath run` on one machine: a pool of threads, on as many cores as there are workers. */
export async function runOnOneMachine(workers: number, set: readonly string[]): Promise<GridRun> {
  return inFolder(async (folder) => {
    const location = `sqlite:${join(folder, 'swath.db')}`
    const command = ['taskset', ...pinned(coresFor(workers)), process.execPath, cli, 'run', file, '--store', location]
    await runProcess([...command, ...set])
    return { workers, ...(await outcomeOf(location)) }
  })
}

/** The same by `swath run --workers 0` and so many `swath worker` processes, each with a core of its own. */
export async function runOnCluster(url: string, workers: number, set: readonly string[]): Promise<GridRun> {
  return inFolder(async (folder) => {
    const location = `${url}?schema=grid_${++runs}`
    await (await openStore(location, 'write')).close()
    const env = { ...process.env, SWATH_STORE: location }
    const children: ChildProcess[] = []
    try {
      for (const core of coresFor(workers)) {
        const args = [...pinned([core]), process.execPath, cli, 'worker', '--cores', '1']
        children.push(spawn('taskset', args, { cwd: folder, env, stdio: 'ignore' }))
      }
      await hostsAreThere(location, workers)
      const coordinator = spawn(process.execPath, [cli, 'run', file, '--workers', '0', ...set], {
        ...{ cwd: folder, env, stdio: 'ignore' },
      })
      children.push(coordinator)
      const [code] = (await once(coordinator, 'close')) as [number | null]
      if (code !== 0) throw new Error(`swath run ended with ${String(code)}`)
    } finally {
      for (const child of children) child.kill('SIGKILL')
    }
    return { workers, ...(await outcomeOf(location)) }
  })
}

async function hostsAreThere(location: string, hosts: number): Promise<void> {
  const store = await openStore(location, 'read')
  try {
    for (;;) {
      const { rows } = await store.query("select count(*) as n from hosts where state = 'active'")
      if (Number(rows[0]?.n) === hosts) return
      await delay(100)
    }
  } finally {
    await store.close()
  }
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function outcomeOf(location: string): Promise<{ seconds: number; results: Results }> {
  const store = await openStore(location, 'read')
  try {
    const { rows } = await store.query('select min(started_at) as began, max(finished_at) as ended from trials')
    const { began, ended } = rows[0] ?? {}
    const seconds = (Date.parse(String(ended)) - Date.parse(String(began))) / 1000
    return { seconds, results: await resultsOf(store, sweep) }
  } finally {
    await store.close()
  }
}
