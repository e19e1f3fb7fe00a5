import { z } from 'zod'

/** Which data set, as a sweep file names it. */
export const datasetSchema = z.strictObject({
  name: z.string().min(1).optional().describe('A data set that comes with swath: mnist.'),
  path: z.string().min(1).optional().describe('A folder of IDX files, named as MNIST’s are.'),
  limit: z.int().positive().optional().describe('Train on the first so many examples only.'),
})
