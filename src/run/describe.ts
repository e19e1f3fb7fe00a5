import type { SwathError } from '../errors.ts'
import { isDeepStrictEqual } from 'node:util'

import { programParameters, type TrialDatasets } from '../datasets/of-trial.ts'
import type { ModelCost } from '../models/cost.ts'
import type { DatasetFiles, Parameters } from '../programs/program.ts'
import { brokenBy, constraintsOf } from '../sweep/check-search.ts'
import type { PlannedTrial } from '../sweep/plan.ts'
import type { SweepFile } from '../sweep/read.ts'
import type { Mistake } from '../sweep/source.ts'
import { parameterNames } from '../sweep/space.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import type { WorkerPool } from '../workers/pool.ts'

/** A planned trial with what it will cost; null where the program has no model to count. */
export interface DescribedTrial extends PlannedTrial {
  readonly cost: ModelCost | null
}

const pointsPerTask = 500

/** Has the program check every point and count its model. Throws SwathError('sweep-file') if one cannot be trained. */
export async function describeTrials(
  { pool, datasets }: { readonly pool: WorkerPool; readonly datasets: TrialDatasets },
  file: SweepFile,
  program: ProgramReference,
  trials: Iterable<PlannedTrial>,
  signal?: AbortSignal,
): Promise<DescribedTrial[]> {
  const all = [...trials]
  const described: DescribedTrial[] = []
  const mistakes = new Map<string, Mistake>()
  for (let start = 0; start < all.length; start += pointsPerTask) {
    const chunk = all.slice(start, start + pointsPerTask)
    const descriptions = await pool.describe(
      program,
      await Promise.all(
        chunk.map(async ({ params }) => ({ params: programParameters(params), dataset: await datasets.of(params) })),
      ),
    )
    signal?.throwIfAborted()
    for (const [k, trial] of chunk.entries()) {
      const description = descriptions[k]
      if (description === undefined) continue
      if ('error' in description) mistakes.set(description.error, locate(file, trial.params, description.error))
      else described.push({ ...trial, cost: description.cost })
    }
  }
  if (mistakes.size > 0) throw file.source.error([...mistakes.values()])
  await refuseUncounted(file, described, datasets)
  return keepingTo(file, described)
}

/** A budget of FLOPs is for trials whose FLOPs somebody counts. */
async function refuseUncounted(
  { content, source }: SweepFile,
  trials: readonly DescribedTrial[],
  datasets: TrialDatasets,
): Promise<void> {
  if (content.budget?.flops === undefined) return
  for (const { cost, params } of trials) {
    const reason = uncounted(cost, await datasets.of(params))
    if (reason !== undefined) throw source.error([{ path: ['budget', 'flops'], message: reason }])
  }
}

/** Why nobody knows what training a trial takes. */
export function uncounted(cost: ModelCost | null, dataset: DatasetFiles | undefined): string | undefined {
  if (cost === null) return 'the program does not say what its model takes: leave this out, or use hours'
  return dataset === undefined ? 'without a data set nobody knows how many examples it trains on: use hours' : undefined
}

/** Of a grid, which is known as a whole. */
export function noneKeeps({ content, source }: SweepFile, points: number): SwathError {
  const constraints = (content.constraints ?? []).map((text) => `\`${text}\``).join(' and ')
  return source.error([
    { path: ['constraints'], message: `0 of ${points.toLocaleString('en')} points keep to ${constraints}` },
  ])
}

/** Without the points that break a constraint: they are refused before they cost anything. */
function keepingTo({ content }: SweepFile, trials: DescribedTrial[]): DescribedTrial[] {
  const constraints = constraintsOf(content)
  if (constraints.length === 0) return trials
  const parameters = parameterNames(content.parameters)
  const kept = trials.filter((trial) => brokenBy(trial, { constraints, parameters }) === undefined)
  return kept
}

/** Where in the file the parameter stands that a program complains of: `depth: expected …` is about `depth`. */
function locate({ content }: SweepFile, params: Parameters, error: string): Mistake {
  const [, name = '', item = '', message = ''] = /^([\w.-]+)((?:\[\d+\])*): (.*)$/s.exec(error) ?? []
  const parameter = content.parameters[name]
  if (parameter === undefined) return { path: ['parameters'], message: error }
  const index = parameter.values?.findIndex((value) => isDeepStrictEqual(value, params[name])) ?? -1
  const place = index >= 0 ? ['values', index] : parameter.value !== undefined ? ['value'] : []
  return { path: ['parameters', name, ...place], message: item === '' ? message : `${item}: ${message}` }
}
