import type { Background } from '../../images/ground.ts'
import type { ErrorCode } from '../../errors.ts'
import type { LayerCost } from '../../models/flops.ts'

/** A picture that somebody drew or dropped. */
export interface SentPicture {
  readonly bytes: Uint8Array
  readonly digit?: boolean | undefined
  readonly background?: Background | undefined
}

export interface ModelTasks {
  predict: { task: { trial: number; picture: SentPicture }; result: PredictedPicture }
  retrain: {
    task: { trial: number; picture: SentPicture; label: string; anchor: boolean; steps?: number | undefined }
    result: RetrainedModel
  }
  layers: { task: { trial: number }; result: readonly LayerCost[] }
  confusion: { task: { trial: number }; result: ConfusionResult }
}

export interface PredictedPicture {
  readonly label: string
  /** 0 to 1. */
  readonly confidence: number
  readonly classes: readonly { readonly name: string; readonly probability: number }[]
  /** What the model saw, 0 to 255, row by row; of a coloured picture its first channel. */
  readonly seen: { readonly height: number; readonly width: number; readonly levels: readonly number[] }
  /** Of the model alone. */
  readonly ms: number
}

export interface RetrainedModel {
  readonly trial: number
  readonly sweep: string
  readonly parent: number
  readonly before: KnowledgeSummary
  readonly after: KnowledgeSummary
  /** Share of each class's test images that is recognized. */
  readonly classes: readonly { readonly name: string; readonly before: number; readonly after: number }[]
  readonly testImages: number
  /** Test images that are recognized now and were not before. */
  readonly gained: number
  readonly lost: number
}

interface KnowledgeSummary {
  readonly label: string
  readonly confidence: number
  readonly testAccuracy: number
  readonly correct: number
}

export interface ConfusionResult {
  readonly classNames: readonly string[]
  /** How often an image of one class (row) was taken for another (column). */
  readonly confusion: readonly (readonly number[])[]
  readonly accuracy: number
}

export type ModelTaskKind = keyof ModelTasks

export type ModelRequest = {
  [Kind in ModelTaskKind]: { readonly id: number; readonly kind: Kind; readonly task: ModelTasks[Kind]['task'] }
}[ModelTaskKind]

export type ModelAnswer =
  | { readonly id: number; readonly result: ModelTasks[ModelTaskKind]['result'] }
  | {
      readonly id: number
      readonly error: {
        readonly code: ErrorCode | undefined
        readonly message: string
        readonly hint: string | undefined
      }
    }

/** Environment variable of the process: the store's location. */
export const storeVariable = 'SWATH_MODELS_STORE'
