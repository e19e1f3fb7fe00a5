import type { StoredArtifact } from '../artifacts/artifacts.ts'
import type { Report } from '../programs/program.ts'
import type { ReportNotice } from '../programs/stored-report.ts'
import type { Coordinator } from './coordinators.ts'
import type { TrialState } from './schema.ts'

/** What happens to a sweep's rows while it runs. Within one group a trial starts, reports and ends in this order. */
export type Change =
  | {
      readonly type: 'start'
      readonly trialId: number
      readonly attempt: number
      readonly process: Coordinator
      readonly worker: number
      /** JSON of what computes it; undefined for a command. */
      readonly runtime?: string | undefined
      /** The version of its program; null of one without files. */
      readonly program?: string | null
      /** The epoch of the checkpoint that it goes on from, 0 from the start; undefined until its first report tells. */
      readonly resumedEpoch: number | undefined
      /** Checkpoints that turned out to be damaged. */
      readonly drop: readonly string[]
      readonly leaseExpiresAt: string
      /** What gave it to this host, where hosts share a queue. */
      readonly job?: string | undefined
      readonly at: string
    }
  | {
      readonly type: 'report'
      readonly trialId: number
      readonly attempt: number
      readonly report: Report
      /** True if the attempt has reported this epoch before: the report holds that, too. */
      readonly isContinued?: boolean
      /** The program's own number of the epoch, where another one is stored. */
      readonly reportedEpoch?: number | undefined
      /** True of the first report of an attempt that did not say from where it goes on. */
      readonly tellsResumedEpoch?: boolean
      /** The epoch that the trial trains to, where that is known and a rule may stop it before. */
      readonly lastEpoch?: number | undefined
      /** Written and safe by now, and what it makes superfluous. */
      readonly checkpoint?: StoredArtifact | undefined
      readonly folder?: StoredArtifact | undefined
      readonly drop?: readonly string[]
      readonly at: string
    }
  | {
      readonly type: 'end'
      readonly trialId: number
      readonly attempt: number
      /** `queued` hands it back: one that was interrupted, or one that `failed` and is to be tried again. */
      readonly state: Exclude<TrialState, 'running'>
      readonly failed?: boolean
      /** Before one that is handed back is taken again. */
      readonly delaySeconds?: number
      readonly weightsSha256?: string | null
      /** Written and safe by now. */
      readonly checkpoint?: (StoredArtifact & { readonly epoch: number }) | undefined
      readonly folder?: (StoredArtifact & { readonly epoch: number }) | undefined
      readonly best?: string | undefined
      readonly drop?: readonly string[]
      readonly error?: string
      readonly stack?: string
      readonly exitCode?: number | undefined
      readonly signal?: string | undefined
      readonly at: string
    }
  | {
      /** Refused where the sweep has it already. */
      readonly type: 'notice'
      readonly sweepId: number
      readonly trialId: number
      readonly notice: ReportNotice
      readonly at: string
    }
  | {
      readonly type: 'event'
      readonly sweepId: number
      readonly trialId: number | null
      readonly kind: string
      readonly detail?: string
      readonly at: string
    }

export type ChangeOf<T extends Change['type']> = Extract<Change, { type: T }>
