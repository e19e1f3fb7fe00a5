import type { DatasetFiles } from '../programs/program.ts'

/** Pixels as the seed scaled them, to ±1: (x/255 − 0.5) / 0.5. */
export const pixelScale = { multiply: 2 / 255, add: -1 } as const

/** A data set as the trainer takes it: `x`, flat rows of pixels, and `y`, labels. */
export function imageColumns({ imagesPath, labelsPath, testStart, test, height, width, channels }: DatasetFiles) {
  const rows = testStart + test
  return {
    x: { path: imagesPath, dtype: 'uint8', shape: [rows, height * width * channels], scale: pixelScale },
    y: { path: labelsPath, dtype: 'int32', shape: [rows] },
  } as const
}
