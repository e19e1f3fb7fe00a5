import type * as TensorFlow from '@tensorflow/tfjs'
import { nodeBackend } from './backend.ts'
import { asFiles } from './columns.ts'
import { CompiledStep } from './compiled-step.ts'
import { EagerStep } from './eager-step.ts'
import { NotRecordableError } from './record.ts'
import type { StepOptions, TrainingStep } from './training-step.ts'

/**
 * Makes a model's training step quick: records one step of it in tfjs and runs the record as a TensorFlow graph, many
 * steps a call. Where that can't be (the portable backend, a model that reads values or branches on them in
 * JavaScript) the step trains op by op instead, with the same data in the same order, and says why in `reason`.
 *
 * ```ts
 * const step = compileStep(tf, {
 *   model,
 *   loss: ({ x, y }, training) => ({ loss: crossEntropy(tf, y, model.apply(x, { training })) }),
 *   optimizer: adam({ learningRate: 1e-3 }),
 *   columns: { x: { values: images, shape: [60_000, 784] }, y: { values: labels, shape: [60_000] } },
 *   batchSize: 64, trainingRows: 60_000, seed: 1,
 * })
 * const { loss } = meansOf(step.train(rows, 0))
 * step.updateModel()
 * step.dispose()
 * ```
 */
export function compileStep<ColumnName extends string, Measure extends string>(
  tf: typeof TensorFlow,
  options: StepOptions<ColumnName, Measure>,
): TrainingStep<Measure> {
  const backend = nodeBackend(tf)
  if (backend === undefined) return new EagerStep(tf, options, `tfjs runs on its ${tf.getBackend()} backend`)
  const files = asFiles(options.columns)
  try {
    return new CompiledStep(tf, backend, { ...options, columns: files.columns })
  } catch (error) {
    if (error instanceof NotRecordableError) return new EagerStep(tf, options, error.message)
    throw error
  } finally {
    files.remove()
  }
}
