/** What a trial program imports. */
export { defineProgram } from './programs/program.ts'
export type {
  DatasetFiles,
  OptimizerState,
  Parameters,
  ParameterValue,
  Progress,
  Report,
  ReportOptions,
  Trial,
  TrialCheckpoint,
  TrialProgram,
  TrialResult,
  TrialResume,
} from './programs/program.ts'

/** Compiled training, in a trial program or by itself: docs/compile-step.md. */
export { compileStep } from './tensorflow/compile-step.ts'
export type {
  Batch,
  CallResult,
  Column,
  FileColumn,
  LossFunction,
  Measures,
  StepOptions,
  TrainingState,
  TrainingStep,
  ValuesColumn,
} from './tensorflow/training-step.ts'
export { meansOf } from './tensorflow/means.ts'
export { accuracy, crossEntropy } from './tensorflow/losses.ts'
export { adam, type AdamSettings } from './tensorflow/optimizers/adam.ts'
export { adamW, type AdamWSettings } from './tensorflow/optimizers/adamw.ts'
export { clipped, type Clipping } from './tensorflow/optimizers/clipped.ts'
export { momentum, sgd, type MomentumSettings, type SgdSettings } from './tensorflow/optimizers/sgd.ts'
export type { Optimizer } from './tensorflow/optimizers/optimizer.ts'
export { fusedOptimizer } from './tensorflow/fused-optimizer.ts'
export { loadTensorFlow, type LoadOptions } from './tensorflow/standalone.ts'
export { epochOrder } from './datasets/split.ts'
