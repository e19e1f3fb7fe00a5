import { SwathError } from '../errors.ts'
import { readPixels } from '../datasets/rows.ts'
import { energyOf, type PowerSettings } from '../inference/energy.ts'
import { evaluate } from '../inference/evaluate.ts'
import { latencyOf } from '../inference/latency.ts'
import { openTrial } from '../inference/open-trial.ts'
import { findTrainedTrial, type TrainedTrial } from '../inference/trained-trial.ts'
import { modelCost } from '../models/flops.ts'
import { formatCount, formatPercent } from '../report/format.ts'
import type { TableRow } from '../report/text-table.ts'
import { checkpointOf } from '../store/artifacts.ts'
import { findSweep } from '../store/find-sweep.ts'
import { trialsOf } from '../store/trials.ts'
import { varyingParameters } from '../sweep/varying.ts'
import { printRows } from './print-rows.ts'
import type { TrialTools } from './with-trials.ts'

/** Prints a row for each trained model of a sweep: its size, what it costs, how quick and how good it is. */
export async function printSweepEvaluation(
  { store, artifacts, loadTensorFlow }: TrialTools,
  options: {
    readonly sweep: string
    readonly cores: number
    readonly json: boolean | undefined
    readonly power: PowerSettings
  },
): Promise<void> {
  const sweep = await findSweep(store, options.sweep)
  const trials = await trialsOf(store.db, sweep.id)
  const trained: TrainedTrial[] = []
  for (const { id } of trials) {
    if ((await checkpointOf(store.db, id)) !== undefined) trained.push(await findTrainedTrial(store, artifacts, id))
  }
  if (trained.length === 0) {
    throw new SwathError('not-found', `no trial of ${sweep.name} has a checkpoint`, {
      hint: `swath show ${sweep.name}`,
    })
  }
  const varying = varyingParameters(trained)
  const tf = await loadTensorFlow(options.cores)
  const rows: Record<string, TableRow[string]>[] = []
  for (const each of trained) {
    const { classifier, dataset } = await openTrial(tf, each)
    const image = await readPixels(dataset, dataset.testStart, 1)
    const { medianMs, p95Ms } = latencyOf(() => classifier.probabilities(image))
    const { parameterCount, flops } = modelCost(classifier.model)
    const { accuracy, seconds } = await evaluate(classifier, dataset)
    classifier.dispose()
    const { joules, co2eqMg } = energyOf(seconds, options.power)
    const shown = varying.filter((name) => name in each.params)
    rows.push({
      trial: each.trial.id,
      ...Object.fromEntries(shown.map((name) => [name, textOf(each.params[name])])),
      ...{ bytes: each.checkpoint.weights.reduce((sum, { values }) => sum + values.byteLength, 0) },
      ...{ parameter_count: parameterCount, flops, latency_ms: medianMs, latency_p95_ms: p95Ms },
      ...{ test_accuracy: accuracy, energy_j: joules, co2eq_mg: co2eqMg },
    })
  }
  if (options.json === true) printRows(rows, { json: true, csv: false, empty: '' })
  else printRows(rows.map(forPeople), { json: false, csv: false, empty: '' })
  if (trained.length < trials.length && options.json !== true) {
    process.stdout.write(`${trials.length - trained.length} of ${trials.length} trials have no checkpoint.\n`)
  }
}

function forPeople(row: TableRow): TableRow {
  const { bytes, parameter_count, flops, latency_ms, latency_p95_ms, test_accuracy, energy_j, co2eq_mg, ...others } =
    row
  return {
    ...others,
    'size on disk': `${(Number(bytes) / 1e6).toFixed(2)} MB`,
    parameters: formatCount(Number(parameter_count)),
    FLOPs: formatCount(Number(flops)),
    latency: `${Number(latency_ms).toFixed(2)} ms`,
    p95: `${Number(latency_p95_ms).toFixed(2)} ms`,
    'test accuracy': formatPercent(Number(test_accuracy)),
    energy: `${Number(energy_j).toPrecision(3)} J`,
    CO2eq: `${Number(co2eq_mg).toPrecision(3)} mg`,
  }
}

function textOf(value: unknown): string | number {
  return typeof value === 'number' || typeof value === 'string' ? value : JSON.stringify(value)
}
