import { nearestFirst } from '../nearest.ts'
import { firstOf } from '../report/enumerate.ts'
import type { Parameters, Report } from '../programs/program.ts'
import type { StoppingRule } from '../stopping/rule.ts'
import type { TrialRow } from '../store/schema.ts'
import type { TrialFailure, TrialOutcome } from '../workers/protocol.ts'

/** Known of a trial before it trains: no program has to report them. */
const knownBefore = ['flops', 'parameter_count']

/** What a trial is trained with: its parameters, and the epochs that somebody had it go on to. */
export function trainedParameters({
  params: json,
  continued_to,
}: Pick<TrialRow, 'params' | 'continued_to'>): Parameters {
  const params = JSON.parse(json) as Parameters
  return continued_to === null ? params : { ...params, epochs: continued_to }
}

/** One attempt at a trial under its sweep's stopping rule: what it has to report, and that it ends when it is told to. */
export class Supervision {
  /** Names that the first report has to have. */
  readonly #needed: readonly string[]
  /** W&B's rule counts reports of the metric alone: a script may log other things before. */
  readonly #mayComeLater: boolean
  #isFirst: boolean
  #failure: TrialFailure | undefined
  #reason: string | undefined
  /** The epoch that it trains to, as its parameters say. */
  readonly lastEpoch: number | undefined

  constructor(
    rule: StoppingRule | undefined,
    trial: Pick<TrialRow, 'continued_to'>,
    params: Parameters,
    resumedEpoch: number,
  ) {
    const isJudged = rule !== undefined && trial.continued_to === null
    this.#needed = isJudged ? rule.objectives.map(({ name }) => name).filter((name) => !knownBefore.includes(name)) : []
    this.#mayComeLater = rule?.compares === 'others' && rule.counts === 'reports'
    this.#isFirst = resumedEpoch === 0
    this.lastEpoch = isJudged && typeof params.epochs === 'number' ? params.epochs : undefined
  }

  /**
   * False if the attempt is to be ended instead: it goes on though it was told to stop, or nobody can judge it.
   * @param warn says what is missing where it may still come
   */
  accepts(report: Report, warn: (text: string) => void): boolean {
    if (this.#reason !== undefined || this.#failure !== undefined) return false
    const missing = this.#isFirst ? this.#needed.filter((name) => !(name in report)) : []
    this.#isFirst = false
    if (missing.length === 0) return true
    const message = unreported(missing, report)
    if (this.#mayComeLater) warn(message)
    else this.#failure = { kind: 'bad-report', message }
    return this.#mayComeLater
  }

  /** Why no other trial of the sweep can be judged either. */
  get hopeless(): string | undefined {
    return this.#failure?.message
  }

  stop(reason: string): void {
    this.#reason = reason
  }

  /** However a program ends that was told to stop, it has stopped. */
  outcomeOf(outcome: TrialOutcome): TrialOutcome {
    if (this.#failure !== undefined) return { status: 'failed', failure: this.#failure }
    if (this.#reason === undefined) return outcome
    const checkpoint = 'checkpoint' in outcome ? outcome.checkpoint : null
    return { status: 'stopped', checkpoint, reason: this.#reason }
  }
}

function unreported(missing: readonly string[], { epoch, ...metrics }: Report): string {
  const reported = nearestFirst(missing[0] ?? '', Object.keys(metrics))
  return `${firstOf(missing)} is not reported at epoch ${epoch}, and early_terminate needs it; it reports ${firstOf(reported, 10) || 'nothing'}`
}
