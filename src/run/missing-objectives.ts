import { nearestFirst } from '../nearest.ts'
import { firstOf } from '../report/enumerate.ts'
import { builtinMetrics } from '../programs/builtin.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { RunObserver } from './events.ts'

/** Known of a trial before it trains: no program has to report them. */
const knownBefore = ['flops', 'parameter_count']

/**
 * Says once, with the first report that comes in, which of the metrics that a sweep looks for is not in it: a slip is seen
 * before the first trial has ended. Some come with the last epoch only, so that it is no more than said.
 */
export class MissingObjectives {
  readonly #wanted: readonly string[]
  readonly #observer: Pick<RunObserver, 'note'>

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
    this.#isSaid = known.size > 0
  }

  look(reported: ReadonlySet<string>): void {
    if (this.#isSaid || reported.size === 0) return
    this.#isSaid = true
    const missing = this.#wanted.filter((name) => !reported.has(name))
    if (missing.length === 0) return
    const names = firstOf(nearestFirst(missing[0] ?? '', [...reported]), 10)
    const isMany = missing.length > 1
    this.#observer.note(
      `${firstOf(missing)} ${isMany ? 'are' : 'is'} not in the first report, which has ${names}: if ${isMany ? 'they do' : 'it does'} not come with a later one, the sweep looks for something that nobody reports.`,
    )
  }
}
