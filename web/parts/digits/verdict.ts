import type { RetrainedModel } from '../../../src/server/models/protocol.ts'
import type { Picture } from '../../state/picture.ts'
import type { Predicted } from '../../state/use-prediction.ts'
import { formatPercent } from '../../../src/report/format.ts'

/** In a sentence, once nobody draws and the answer is of all that was drawn; empty before. */
export function verdictOf(predicted: Predicted, trial: number | undefined, picture: Picture | undefined): string {
  const { value } = predicted
  const isOfThis = predicted.trial === trial && predicted.picture === picture
  if (value === undefined || !isOfThis || picture?.isDone !== true) return ''
  return `Trial ${trial}: it is a ${value.label}, ${formatPercent(value.confidence)}.`
}

/** What a lesson did, in a sentence. */
export function lessonTold({ before, after, trial }: RetrainedModel, label: string): string {
  const accuracy = `${formatPercent(before.testAccuracy)} before, ${formatPercent(after.testAccuracy)} after`
  return `Taught a ${label}: trial ${trial} says ${after.label}, ${formatPercent(after.confidence)}. Test accuracy ${accuracy}.`
}
