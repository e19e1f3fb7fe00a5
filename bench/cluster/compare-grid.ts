import type { LocalPostgres } from '../../src/local-postgres/server.ts'
import { availableCores } from '../../src/tensorflow/cores.ts'
import { differences } from '../cluster-faults/inspect.ts'
import { runOnCluster, runOnOneMachine } from './run-grid.ts'

export interface GridComparison {
  readonly workers: number
  /** From the first trial's start to the last one's end: a pool of threads on one machine, and as many processes. */
  readonly poolSeconds: number
  readonly clusterSeconds: number
  readonly efficiency: number
  /** Trials (their hashes among them) and metric rows that are not the same. */
  readonly differences: number
}

/** The MNIST grid by 1, 2, 4 worker processes with a core each, beside one process on the same cores. */
export async function compareGrid(server: LocalPostgres, { quick }: { quick: boolean }): Promise<GridComparison[]> {
  const short = ['epochs=1', 'parameters.width.values=[128,256]', 'parameters.depth.values=[1,2]']
  const set = quick ? short.flatMap((setting) => ['--set', setting]) : []
  const cores = availableCores().length
  const compared: GridComparison[] = []
  console.log('The MNIST grid: processes on one PostgreSQL, beside one process on SQLite with the same cores\n')
  for (const workers of [1, 2, 4].filter((count) => count <= cores)) {
    const pool = await runOnOneMachine(workers, set)
    const cluster = await runOnCluster(server.url, workers, set)
    const other =
      differences(pool.results.trials, cluster.results.trials) +
      differences(pool.results.metrics, cluster.results.metrics)
    const efficiency = pool.seconds / cluster.seconds
    compared.push({
      ...{ workers, poolSeconds: pool.seconds, clusterSeconds: cluster.seconds, efficiency, differences: other },
    })
    console.log(
      `  ${workers} × 1 core: ${pool.seconds.toFixed(1)} s, ${cluster.seconds.toFixed(1)} s in processes; ` +
        (other === 0 ? 'the same rows and hashes' : `${other} rows differ`),
    )
  }
  return compared
}
