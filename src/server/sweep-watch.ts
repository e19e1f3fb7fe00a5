import type { Parameters, Report } from '../programs/program.ts'
import { liveCoordinator } from '../store/coordinators.ts'
import type { Store } from '../store/store.ts'
import { trialCounts, type TrialCounts } from '../store/sweep-state.ts'
import { progressOf } from '../store/sweeps.ts'
import { endedSince, lastReports, lookFrom, runningTrials, type WatchedTrial } from '../store/watched.ts'
import { readableParameters } from '../store/trial-parameters.ts'

export interface SweepNews {
  readonly isRunning: boolean
  readonly progress: TrialCounts
  readonly running: readonly RunningNow[]
  /** Trials that have ended since the news before, the last ones of many. */
  readonly ended: readonly { readonly trial: number; readonly state: string }[]
}

interface RunningNow {
  readonly trial: number
  readonly host: string | null
  readonly worker: number | null
  readonly params: Parameters
  /** What it reported last. */
  readonly report: Report | null
}

/** What a page shows at once; a shared store may train more. */
const mostShown = 64
const endedShown = 200

/** Looks at a sweep's rows again and again, and says what is new. */
export class SweepWatch {
  readonly #store: Store
  readonly #sweepId: number
  /** `<time of the last trial that ended> <its id>` */
  #until: string
  #last = ''
  /** JSON of how many trials were in which state. */
  #counts = ''

  /** @param after id of the news that was heard last */
  constructor(store: Store, sweepId: number, after: string | undefined) {
    this.#store = store
    this.#sweepId = sweepId
    this.#until = after !== undefined && /^\d{4}-\d\d-\d\dT[\d:.]+Z \d+$/.test(after) ? after : ''
  }

  /** What is there to say; undefined if that was said before. */
  async look(): Promise<{ readonly id: string; readonly data: SweepNews } | undefined> {
    const { db } = this.#store
    const counts = trialCounts(await progressOf(db, this.#sweepId))
    const ended = await this.#endings(JSON.stringify(counts))
    const running = (await runningTrials(db, this.#sweepId)).slice(0, mostShown)
    const reports = await lastReports(
      db,
      running.map(({ id }) => id),
    )
    const data: SweepNews = {
      isRunning: (await liveCoordinator(db, this.#sweepId, this.#store.now())) !== undefined,
      progress: counts,
      running: running.map(({ id, host, worker, params }) => ({
        ...{ trial: id, host, worker, params: readableParameters({ params }), report: reports.get(id) ?? null },
      })),
      ended: ended.slice(-endedShown).map(({ id, state }) => ({ trial: id, state })),
    }
    const said = JSON.stringify({ ...data, ended: [] })
    if (said === this.#last && ended.length === 0) return undefined
    this.#last = said
    return { id: this.#until, data }
  }

  /** Trials that have ended since the look before. Where as many are in each state as before, nobody looks for them. */
  async #endings(counts: string): Promise<WatchedTrial[]> {
    const isFirst = this.#until === ''
    if (isFirst) this.#until = `${this.#store.now().toISOString()} 0`
    if (isFirst || counts === this.#counts) {
      this.#counts = counts
      return []
    }
    this.#counts = counts
    const [latestEnd = '', lastId = ''] = this.#until.split(' ')
    const now = this.#store.now()
    const since = lookFrom(latestEnd, now)
    const ended = (await endedSince(this.#store.db, this.#sweepId, { since, now })).filter(
      ({ finished_at, id }) => finished_at > since || id > Number(lastId),
    )
    const newest = ended.at(-1)
    if (newest !== undefined) this.#until = `${newest.finished_at} ${newest.id}`
    return ended
  }
}
