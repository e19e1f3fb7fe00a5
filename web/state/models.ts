import type { TrainedModelRow } from '../../src/store/trained-models.ts'
import { formatPercent } from '../../src/report/format.ts'
import { varyingParameters } from '../../src/sweep/varying.ts'
import { shownValue } from '../parts/numbers.ts'

export type Model = TrainedModelRow

/** A sweep's models, the best first. */
export interface ModelGroup {
  readonly sweep: string
  readonly models: readonly { readonly trial: number; readonly text: string }[]
}

/** The sweep with the best model first; a model is told by what differs in its sweep. */
export function groupsOf(models: readonly Model[]): ModelGroup[] {
  const sweeps = [...new Set(models.map(({ sweep }) => sweep))]
  return sweeps.map((sweep) => {
    const own = models.filter((model) => model.sweep === sweep)
    const varying = varyingParameters(own)
    return { sweep, models: own.map((model) => ({ trial: model.trial, text: described(model, varying) })) }
  })
}

function described({ trial, test_accuracy, parent, params }: Model, varying: readonly string[]): string {
  const accuracy = test_accuracy === null ? [] : [formatPercent(test_accuracy)]
  const from = parent === null ? [] : [`taught from ${parent}`]
  const own = varying.map((name) => `${name} ${shownValue(params[name])}`).join(', ')
  return [`trial ${trial}`, ...accuracy, ...from, ...(own === '' ? [] : [own])].join(' · ')
}
