import { picturePixels, type PictureOptions } from '../datasets/picture.ts'
import { readImage } from '../images/read-image.ts'
import type { RawImage } from '../images/raw-image.ts'
import type { DatasetFiles } from '../programs/program.ts'
import type { Classifier } from './classifier.ts'
import { largest } from './evaluate.ts'

/** A picture from a file, decoded. */
export interface Picture {
  readonly path: string
  readonly image: RawImage
}

/** What a model takes a picture for. */
export interface Prediction {
  readonly label: number
  /** How likely that label is, 0 to 1. */
  readonly confidence: number
  /** By class. */
  readonly probabilities: readonly number[]
}

/** Reads pictures, one after the other. @throws SwathError('image'), SwathError('not-found') */
export async function readPictures(paths: readonly string[]): Promise<Picture[]> {
  const pictures: Picture[] = []
  for (const path of paths) pictures.push({ path, image: await readImage(path) })
  return pictures
}

/** Pixels of pictures as the data set's images were made, an array each. @throws SwathError('image') with the path */
export async function pixelsOf(
  pictures: readonly Picture[],
  dataset: DatasetFiles,
  options: PictureOptions,
): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for (const { path, image } of pictures) all.push(await picturePixels(image, dataset, { ...options, name: path }))
  return all
}

export function predict(classifier: Classifier, pixels: Uint8Array): Prediction {
  const probabilities = classifier.probabilities(pixels)
  const label = largest(probabilities)
  return { label, confidence: probabilities[label] ?? 0, probabilities: [...probabilities] }
}
