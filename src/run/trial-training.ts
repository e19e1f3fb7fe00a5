import type { SharedArtifacts } from '../artifacts/shared.ts'
import type { TrialDatasets } from '../datasets/of-trial.ts'
import type { ProgramFiles } from '../programs/program-files.ts'
import type { StoredReport } from '../programs/stored-report.ts'
import type { StoppingRule } from '../stopping/rule.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import type { Trainer } from '../workers/pool.ts'
import type { Aggregator } from './aggregator.ts'
import type { RunObserver } from './events.ts'
import type { Limits } from './limits.ts'
import type { Patience } from './patience.ts'
import type { Removal } from './removal.ts'
import type { ReportNotices } from './report-notices.ts'
import type { Tracebacks } from './tracebacks.ts'
import type { Carry } from './trial-checkpoints.ts'

/** What a report says of a sweep's metrics. */
export type MetricsOfReport = Pick<StoredReport, 'report' | 'isContinued'>

/** What trials of a run have in common. */
export interface TrialTraining {
  readonly store: Store
  readonly sweep: SweepRow
  readonly settings: SweepSettings
  /** The program's files, which each attempt finds as the sweep has them. */
  readonly files: ProgramFiles
  readonly datasets: TrialDatasets
  /** Where the trials' checkpoints go, and what carries them there. */
  readonly artifacts: SharedArtifacts
  readonly carry: Carry
  readonly pool: Trainer
  readonly aggregator: Aggregator
  /** Removes the artifacts that the aggregator drops. */
  readonly removal: Removal
  readonly patience: Patience
  readonly observer: RunObserver
  /** Says what is stored otherwise than it was reported. */
  readonly notices: ReportNotices
  /** Shows what programs print. */
  readonly tracebacks: Tracebacks
  /** Metrics whose values have to be finite. */
  readonly watched: readonly string[]
  readonly recordMetrics: (trialId: number, report: MetricsOfReport) => Promise<void>
  /** What may end the sweep. */
  readonly limits?: Limits | undefined
  /** What may end trials early. */
  readonly rule: StoppingRule | undefined
  /** Parameters that tell the trials apart. */
  readonly telling: readonly string[]
  /** True once a trial that has reported, with its checkpoint, is to be handed back. */
  readonly isDraining?: () => boolean
  /** Ends what trains: it is handed back. */
  readonly signal: AbortSignal
  /** True if the trials that train at the end of the run are to be cancelled for good. */
  readonly isCancelled: () => boolean
}
