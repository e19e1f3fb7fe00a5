import type * as TensorFlow from '@tensorflow/tfjs'
import type { Checkpoint } from '../artifacts/checkpoint.ts'
import { encodeSafetensors } from '../artifacts/safetensors.ts'
import type { PixelScale } from '../programs/program.ts'
import type { TrainedModel } from './open-model.ts'

/** What a program that knows nothing of swath has to know of a model, to use it. */
export interface ModelCard {
  readonly trial: number
  readonly sweep: string
  readonly program: string
  readonly params: unknown
  readonly testAccuracy: number | null
  /** Of a classifier of images: what goes in, and what comes out. */
  readonly images?: {
    readonly height: number
    readonly width: number
    readonly channels: number
    readonly classNames: readonly string[]
  }
}

/** A file of an exported model: its name and its bytes. */
export interface ExportedFile {
  readonly name: string
  readonly parts: readonly Uint8Array[]
}

/**
 * A model as tfjs keeps them, `model.json` and `weights.bin`: `tf.loadLayersModel` takes them in a browser, in Node, and
 * wherever else tfjs runs.
 */
export async function asTfjs(
  tf: typeof TensorFlow,
  { model, scale }: TrainedModel,
  card: ModelCard,
): Promise<ExportedFile[]> {
  const files: ExportedFile[] = []
  await model.save(
    tf.io.withSaveHandler(({ modelTopology, weightSpecs, weightData, format, generatedBy, convertedBy }) => {
      const name = 'weights.bin'
      const description = {
        ...{ modelTopology, format, generatedBy, convertedBy },
        weightsManifest: [{ paths: [name], weights: weightSpecs }],
        userDefinedMetadata: describe(card, scale),
      }
      const weights = [weightData ?? []].flat().map((part) => new Uint8Array(part))
      files.push({ name: 'model.json', parts: [Buffer.from(JSON.stringify(description))] }, { name, parts: weights })
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } })
    }),
  )
  return files
}

/** The weights alone, under their layers' names, as one safetensors file. */
export function asSafetensors({ weights }: Checkpoint, card: ModelCard): Uint8Array[] {
  const metadata = Object.fromEntries(
    Object.entries(describe(card, undefined)).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  return encodeSafetensors({ tensors: weights, metadata })
}

function describe({ images, ...card }: ModelCard, scale: PixelScale | undefined): Record<string, unknown> {
  return {
    ...card,
    ...(images && { images: { ...images, ...(scale && { input: 'uint8 pixels × multiply + add', ...scale }) } }),
  }
}
