import { join } from 'node:path'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { printGoals } from '../goals.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { runProcess } from '../run-process.ts'
import { runSweep } from '../run-sweep.ts'

interface Run {
  readonly name: string
  readonly seconds: number
  readonly trials: number
  /** Test accuracy. */
  readonly best: number
}

const root = join(import.meta.dirname, '..', '..')

/** The main job from command to table: twelve networks on MNIST, two at once. */
export async function benchSweep({ quick }: { quick: boolean }): Promise<void> {
  const python = await peersPython()
  const { imagesPath, labelsPath } = await prepareDataset({ name: 'mnist' })
  const machine = describeMachine(python)
  const epochs = quick ? 1 : 2
  const peer = (script: string, ...args: string[]) => [python, join(root, 'bench', 'peers', script), ...args]
  const data = [imagesPath, labelsPath] as const
  // Once for the caches of files and of compiled code, which are warm for all.
  await swath(epochs)
  const runs: Run[] = []
  const show = (run: Run) => {
    runs.push(run)
    const best = `${(100 * run.best).toFixed(2)} %`
    console.log(`${run.name.padEnd(34)} ${run.seconds.toFixed(1).padStart(7)} s   ${run.trials} trials, best ${best}`)
  }
  show(await swath(epochs))
  show(await timed('Optuna, n_jobs=2', peer('optuna_sweep.py', 'threads', String(epochs), ...data)))
  show(await timed('Optuna, two processes on SQLite', peer('optuna_sweep.py', 'processes', String(epochs), ...data)))
  show(await timed('Ray Tune', peer('ray_sweep.py', String(epochs), ...data)))
  show({ ...(await swath(epochs)), name: 'swath, once more' })
  const half = await swath(epochs, 'precision=bfloat16')

  const seconds = (own: boolean) =>
    Math.min(...runs.filter(({ name }) => name.startsWith('swath') === own).map((run) => run.seconds))
  const goals = [{ name: 'the quickest peer', figure: seconds(false) / seconds(true), goal: 3, atLeast: true }]
  // The peers train in float32; this is what the processor could do if the sweep asked for it.
  show({ ...half, name: 'swath, precision: bfloat16' })
  printGoals('How many times as quick as …', goals)
  if (!quick) writeResults('sweep', { date: new Date().toISOString(), machine, epochs, runs, goals })
}

async function swath(epochs: number, ...settings: readonly string[]): Promise<Run> {
  const { seconds, rows } = await runSweep(
    join(root, 'sweeps', 'mnist-depth-width.yaml'),
    [`epochs=${epochs}`, ...settings],
    "select count(*) as trials, max(value) as best from metrics where name = 'test_accuracy'",
  )
  return { name: 'swath', seconds, trials: Number(rows[0]?.trials), best: Number(rows[0]?.best) }
}

async function timed(name: string, command: readonly string[]): Promise<Run> {
  const { seconds, stdout } = await runProcess(command)
  const last = stdout.trim().split('\n').at(-1) ?? ''
  return { name, seconds, ...(JSON.parse(last) as Pick<Run, 'trials' | 'best'>) }
}
