import { trainingExamples } from '../datasets/split.ts'
import type { TrialDatasets } from '../datasets/of-trial.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { trialPages } from '../store/trials.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { parameterNames } from '../sweep/space.ts'
import { tellingParameters } from '../sweep/telling.ts'
import { ParameterCensus } from '../sweep/varying.ts'
import { trainingWork } from './cost.ts'
import { isPlannedLater } from './planner.ts'
import { readableParameters } from '../store/trial-parameters.ts'

/** What a run has to know of all trials before it trains the first: of a large sweep, no more than that is held. */
export interface Outlook {
  readonly trials: number
  /** Estimated work of each trial that waits, in arbitrary units. */
  readonly work: ReadonlyMap<number, number>
  /** All parameters of the sweep. */
  readonly parameters: readonly string[]
  /** Those that tell its trials apart; where nothing has to, all. */
  readonly telling: readonly string[]
}

/** @throws SwathError('dataset') if no trial that waits has its data set here */
export async function outlookOf(store: Store, sweep: SweepRow, datasets: TrialDatasets): Promise<Outlook> {
  const census = new ParameterCensus()
  const work = new Map<number, number>()
  let trials = 0
  let refusal: { readonly error: unknown } | undefined
  for await (const page of trialPages(store.db, sweep.id)) {
    trials += page.length
    for (const row of page) {
      const { id, state, flops } = row
      const params = readableParameters(row)
      census.add(params)
      if (state !== 'queued') continue
      try {
        const dataset = await datasets.of(params)
        work.set(id, trainingWork({ flops, params }, dataset && trainingExamples(dataset)))
      } catch (error) {
        refusal ??= { error }
      }
    }
  }
  // Where some trials have their data set those without fail alone; where none has, this host is not to begin.
  if (refusal !== undefined && work.size === 0) throw refusal.error
  const isLater = isPlannedLater(sweep)
  const names = isLater ? parameterNames(storedDefinition(sweep).parameters) : census.names
  const telling = tellingParameters(sweep, census, { areAll: !isLater })
  return { trials, work, parameters: names.toSorted(), telling: telling.length > 0 ? telling : names }
}
