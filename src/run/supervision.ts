import { reportedValue, type Parameters, type Report } from '../programs/program.ts'
import { nearestFirst } from '../nearest.ts'
import { firstOf } from '../report/enumerate.ts'
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
  /** Names that the first epoch has to have. */
  readonly #needed: readonly string[]
  /** W&B's rule counts reports of the metric alone: a script may log other things before. */
  readonly #mayComeLater: boolean
  /** The first epoch, which several reports may make up, until it has all names or is over. */
  #first: Report | 'to come' | undefined
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
    this.#first = resumedEpoch === 0 && this.#needed.length > 0 ? 'to come' : undefined
    this.lastEpoch = isJudged && typeof params.epochs === 'number' ? params.epochs : undefined
  }

  /**
   * False if the attempt is to be ended instead: it goes on though it was told to stop, or nobody can judge it.
   * @param warn says what is missing where it may still come
   */
  accepts(report: Report, warn: (text: string) => void): boolean {
    if (this.#reason !== undefined || this.#failure !== undefined) return false
    const first = this.#first
    if (first === undefined) return true
    if (first !== 'to come' && report.epoch > first.epoch) return this.#isFirstComplete(first, warn)
    this.#first = this.#missingIn(report).length === 0 ? undefined : report
    return true
  }

  #isFirstComplete(first: Report, warn: (text: string) => void): boolean {
    this.#first = undefined
    const message = unreported(this.#missingIn(first), first)
    if (this.#mayComeLater) warn(message)
    else this.#failure = { kind: 'bad-report', message }
    return this.#mayComeLater
  }

  #missingIn(report: Report): string[] {
    return this.#needed.filter((name) => reportedValue(report, name) === undefined)
  }

  /** Why no other trial of the sweep can be judged either. */
  get hopeless(): string | undefined {
    return this.#failure?.message
  }

  stop(reason: string): void {
    this.#reason = reason
  }

  /** However a program ends that was told to stop, it has stopped. */
  outcomeOf(outcome: TrialOutcome, warn: (text: string) => void): TrialOutcome {
    const first = this.#first
    if (outcome.status === 'completed' && first !== undefined && first !== 'to come') this.#isFirstComplete(first, warn)
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
