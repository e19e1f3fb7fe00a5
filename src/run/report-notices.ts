import { firstOf } from '../report/enumerate.ts'
import { noticesOf } from '../store/report-notices.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { ReportNotice } from '../programs/stored-report.ts'
import type { Aggregator } from './aggregator.ts'
import type { RunObserver } from './events.ts'

/** Names of a kind that are recorded and said; then it is only said that there are more. */
const mostOfAKind = 20

/** Says once a sweep, over workers, hosts and runs, what is stored otherwise than it was reported. */
export class ReportNotices {
  readonly #store: Store
  readonly #sweepId: number
  readonly #aggregator: Aggregator
  readonly #observer: Pick<RunObserver, 'note'>
  readonly #known = new Set<string>()
  /** Names of each kind. */
  #counts: Map<string, number> | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(store: Store, { id }: Pick<SweepRow, 'id'>, aggregator: Aggregator, observer: Pick<RunObserver, 'note'>) {
    this.#store = store
    this.#sweepId = id
    this.#aggregator = aggregator
    this.#observer = observer
  }

  tell(trialId: number, notices: readonly ReportNotice[]): void {
    // A store that takes no writes ends the run by the report itself.
    this.#turn = this.#turn.then(() => this.#tell(trialId, notices)).catch(() => undefined)
  }

  /** Resolves once all are recorded. */
  settled(): Promise<void> {
    return this.#turn
  }

  async #tell(trialId: number, notices: readonly ReportNotice[]): Promise<void> {
    const counts = (this.#counts ??= await this.#count())
    const chosen: ReportNotice[] = []
    for (const notice of notices) {
      const count = counts.get(notice.kind) ?? 0
      const told = count < mostOfAKind ? notice : { kind: notice.kind, name: '…', detail: 'and more' }
      const key = `${told.kind} ${told.name}`
      if (count > mostOfAKind || this.#known.has(key)) continue
      this.#known.add(key)
      counts.set(notice.kind, count + 1)
      chosen.push(told)
    }
    const at = this.#store.now().toISOString()
    const areNew = await Promise.all(
      chosen.map((notice) => this.#aggregator.write({ type: 'notice', sweepId: this.#sweepId, trialId, notice, at })),
    )
    const fresh = chosen.filter((_, k) => areNew[k])
    for (const text of noticeTexts(trialId, fresh)) this.#observer.note(text)
  }

  /** Counts what earlier runs, and other processes, have recorded. */
  async #count(): Promise<Map<string, number>> {
    const counts = new Map<string, number>()
    for (const { kind, name } of await noticesOf(this.#store.db, this.#sweepId)) {
      this.#known.add(`${kind} ${name}`)
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    }
    return counts
  }
}

/** Describes notices of one trial, a line for each kind. */
function noticeTexts(trialId: number, notices: readonly ReportNotice[]): string[] {
  const line = (kind: ReportNotice['kind'], after: string) => {
    const found = notices.filter((notice) => notice.kind === kind).map(textOf)
    return found.length === 0 ? [] : [`trial ${trialId} reports ${firstOf(found, found.length)}${after}`]
  }
  return [
    ...line('dropped', ': not stored, for it is no number, or its name cannot be a column'),
    ...line('not finite', ': stored as missing; the trial goes on, for this decides nothing'),
    ...line('rounded', ': metrics are 64-bit floats'),
    ...line('repeated', ' more than once for one epoch: the last value counts'),
    ...line('epoch', '; the table reported_epochs has its own numbers'),
    ...notices.filter(({ kind }) => kind === 'tensors').map(({ detail }) => leftTensors(trialId, detail)),
  ]
}

function leftTensors(trialId: number, detail: string): string {
  return (
    `trial ${trialId} ends with ${detail} that it has not disposed: swath disposes them after each trial. ` +
    'Dispose models, optimizers and tensors, or use tf.tidy(); tf.keep(tensor) keeps one for the next trial'
  )
}

function textOf({ kind, name, detail }: ReportNotice): string {
  if (kind === 'epoch' || name === '…') return detail
  return detail === '' ? name : `${name} (${detail})`
}
