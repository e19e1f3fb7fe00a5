import { nearestFirst } from '../nearest.ts'
import { builtinMetrics } from '../programs/builtin.ts'
import { firstOf } from '../report/enumerate.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { RunObserver } from './events.ts'

/** Known of a trial before it trains: no program has to report them. */
const knownBefore = ['flops', 'parameter_count']

/**
 * Says once, after the first epoch that a trial has reported, which of the metrics that a sweep looks for it lacks: a slip
 * is seen before the first trial has ended. Some come with the last epoch only, so that it is no more than said.
 */
export class MissingObjectives {
  readonly #wanted: readonly string[]
  readonly #observer: Pick<RunObserver, 'note'>
  readonly #begun = new Set<number>()
  #isSaid: boolean

  /** @param known metrics that trials have reported before */
  constructor(
    { objectives, program }: Pick<SweepSettings, 'objectives' | 'program'>,
    observer: Pick<RunObserver, 'note'>,
    known: ReadonlySet<string>,
  ) {
    // Swath's own programs come to some of theirs with the last epoch.
    const certain: readonly string[] = 'builtin' in program ? [...knownBefore, ...builtinMetrics] : knownBefore
    this.#wanted = objectives.map(({ name }) => name).filter((name) => !certain.includes(name))
    this.#observer = observer
    this.#isSaid = known.size > 0 || this.#wanted.length === 0
  }

  /** A trial has reported: its first epoch is over if this report begins another one. */
  reported(trialId: number, isContinued: boolean, known: ReadonlySet<string>): void {
    if (this.#isSaid) return
    if (!isContinued && this.#begun.has(trialId)) this.look(known)
    this.#begun.add(trialId)
  }

  ended(trialId: number, known: ReadonlySet<string>): void {
    if (this.#begun.delete(trialId)) this.look(known)
  }

  /** @param known all that the first epoch of a trial has, and perhaps more */
  look(known: ReadonlySet<string>): void {
    if (this.#isSaid || known.size === 0) return
    this.#isSaid = true
    const missing = this.#wanted.filter((name) => !known.has(name))
    if (missing.length === 0) return
    const names = firstOf(nearestFirst(missing[0] ?? '', [...known]), 10)
    const isMany = missing.length > 1
    this.#observer.note(
      `${firstOf(missing)} ${isMany ? 'are' : 'is'} not in the first report, which has ${names}: if ${isMany ? 'they do' : 'it does'} not come with a later one, the sweep looks for something that its trials do not report.`,
    )
  }
}
