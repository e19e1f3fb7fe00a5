import { learns } from '../search/methods.ts'
import { workersPresent } from '../store/hosts.ts'
import { isCancelled, progressOf } from '../store/sweeps.ts'
import type { WorkerPool } from '../workers/pool.ts'
import { Planner, type Planning } from './planner.ts'

/** Trials that wait at least, of a method that knows its points whatever comes of others. */
const fewestAhead = 100

/**
 * Plans for hosts: whoever acts for a sweep keeps so many trials in the queue that nobody waits who could train one. A
 * method that learns has no more of them than there are workers: the later a point is chosen, the more is known.
 */
export class PlanAhead {
  readonly #planning: Planning
  readonly #planner: Planner

  /** @param pool with a thread that nobody trains on */
  constructor(planning: Planning & { readonly pool: Pick<WorkerPool, 'describe'> }) {
    this.#planning = planning
    this.#planner = new Planner(planning)
  }

  /** Resolves to true once there is nothing more to plan. */
  async look(): Promise<boolean> {
    const { store, sweep } = this.#planning
    const { queued, running } = await progressOf(store.db, sweep.id)
    if (await isCancelled(store.db, sweep.id)) return true
    const workers = Math.max(await workersPresent(store.db), 1)
    const wanted = learns(sweep.method) ? workers : Math.max(2 * workers, fewestAhead)
    const missing = wanted - queued - running
    if (missing > 0) await this.#planner.plan(missing)
    return this.#planner.isOver
  }
}
