import { printable } from '../printable.ts'
import type { ReportedEpoch, ReportNotice, StoredReport } from '../programs/stored-report.ts'
import { EpochNumbering } from './epoch-numbering.ts'
import { ReportError } from './report-error.ts'
import { readValues } from './report-values.ts'

/** Notices of one attempt; a program that invents names is not followed for ever. */
const mostNotices = 1_000

export interface ReadReport extends StoredReport {
  /** What was changed or left out, each said once an attempt. */
  readonly notices: readonly ReportNotice[]
}

/** Turns what a program reports, a command or a module, into what is stored: the one place where this is decided. */
export class ReportReader {
  readonly #watched: ReadonlySet<string>
  readonly #numbering: EpochNumbering
  readonly #said = new Set<string>()
  /** What the trial has reported for the epoch under way. */
  #current: ReadonlyMap<string, number> = new Map()

  /** @param watched metrics that have to be finite: objectives, and those of constraints and of early stopping */
  constructor(
    watched: readonly string[],
    {
      resumedEpoch = 0,
      known = [],
    }: { readonly resumedEpoch?: number; readonly known?: readonly ReportedEpoch[] } = {},
  ) {
    this.#watched = new Set(watched)
    this.#numbering = new EpochNumbering(resumedEpoch, known)
  }

  /**
   * @param repeated names that the raw report had more than once
   * @throws ReportError if it cannot be stored
   */
  read(given: unknown, repeated: readonly string[] = []): ReadReport {
    const { epoch: own, metrics, notFinite, notices } = readValues(given)
    const { epoch, isContinued, reported, change } = this.#numbering.next(own)
    for (const [name, value] of notFinite) {
      if (this.#watched.has(name)) {
        throw new ReportError('diverged', `diverged: ${name} is ${value} at epoch ${own ?? epoch}`)
      }
    }
    const before = isContinued ? this.#current : new Map<string, number>()
    const again = [...repeated, ...[...metrics.keys()].filter((name) => before.has(name))]
    this.#current = new Map([...before, ...metrics])
    const all: ReportNotice[] = [
      ...(change === undefined ? [] : [{ kind: 'epoch' as const, ...change }]),
      ...again.map((name) => ({ kind: 'repeated' as const, name: printable(name), detail: '' })),
      ...[...notFinite].map(([name, value]) => ({ kind: 'not finite' as const, name, detail: String(value) })),
      ...notices,
    ]
    return {
      report: { epoch, ...Object.fromEntries(this.#current) },
      ...{ isContinued, reportedEpoch: reported },
      notices: all.filter((notice) => this.#isNew(notice)),
    }
  }

  #isNew({ kind, name }: ReportNotice): boolean {
    const key = `${kind} ${name}`
    if (this.#said.has(key) || this.#said.size >= mostNotices) return false
    this.#said.add(key)
    return true
  }
}
