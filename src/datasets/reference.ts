import { z } from 'zod'

/** Which data set: one known by name (default `mnist`), or a folder of IDX files or of pictures. */
export interface DatasetReference {
  readonly name?: string
  readonly path?: string
  /** For quick runs: only the first so many training examples, and no more test examples than that. */
  readonly limit?: number
  /** The centre so many pixels of each image, in height and in width. */
  readonly crop?: number
  /** Of pictures: the height and width that each is resized to. */
  readonly size?: number
  /** Of pictures: 1 for grey, 3 for colour. */
  readonly channels?: 1 | 3
}

/** Which data set, as a sweep file names it. */
export const datasetSchema = z.strictObject({
  name: z.string().min(1).optional().describe('A data set that comes with swath: mnist.'),
  path: z
    .string()
    .min(1)
    .optional()
    .describe(
      'A folder of IDX files, named as MNIST’s are, or of pictures: train/<class>/… and test/<class>/…, or <class>/… alone.',
    ),
  limit: z.int().positive().optional().describe('Train on the first so many examples only.'),
  crop: z.int().positive().optional().describe('Take the centre crop × crop pixels of each image.'),
  size: z
    .int()
    .positive()
    .optional()
    .describe('Resize each picture to size × size pixels; needed where pictures have several sizes.'),
  channels: z
    .literal([1, 3])
    .optional()
    .describe('Of pictures: 1 for grey, 3 for colour; by default grey if all of them are.'),
})
