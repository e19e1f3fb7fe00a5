/** What a trial program imports. */
export { defineProgram } from './programs/program.ts'
export type {
  DatasetFiles,
  Parameters,
  ParameterValue,
  Progress,
  Report,
  Trial,
  TrialProgram,
  TrialResult,
} from './programs/program.ts'
