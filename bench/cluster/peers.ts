import { join } from 'node:path'
import { runProcess } from '../run-process.ts'

export interface NothingPeer {
  readonly name: string
  readonly trials: number
  readonly trialsPerSecond: number
}

/** Trials that do nothing by Optuna on the same PostgreSQL, and by Ray Tune. */
export async function nothingPeers(
  python: string,
  url: string,
  { quick }: { readonly quick: boolean },
): Promise<NothingPeer[]> {
  const run = async (name: string, trials: number, script: string, ...args: string[]): Promise<NothingPeer> => {
    const { stdout } = await runProcess([python, join(import.meta.dirname, '..', 'peers', script), ...args])
    const last = stdout.trim().split('\n').at(-1) ?? ''
    const { seconds, trials: done } = JSON.parse(last) as { readonly seconds: number; readonly trials: number }
    if (done !== trials) throw new Error(`${name}: ${done} of ${trials} trials`)
    console.log(`  ${name.padEnd(40)} ${(trials / seconds).toFixed(1)} trials/s`)
    return { name, trials, trialsPerSecond: trials / seconds }
  }
  const storage = url.replace(/^postgres:/, 'postgresql+psycopg2:')
  const optuna = (processes: number) => {
    const trials = quick ? 48 : 200
    const name = processes === 1 ? 'Optuna on the same PostgreSQL' : `the same, ${processes} processes`
    return run(name, trials, 'optuna_nothing.py', 'random', `${trials}`, storage, `${processes}`)
  }
  console.log('\nBeside them:\n')
  const count = quick ? 10 : 50
  return [await optuna(1), await optuna(8), await run('Ray Tune', count, 'ray_nothing.py', `${count}`)]
}
