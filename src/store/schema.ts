import type { SweepMetric } from '../metrics/catalogue.ts'
import type { ColumnType, Generated, Selectable } from 'kysely'

import type { ReportNotice } from '../programs/stored-report.ts'

/** The tables of `db/migrations`, as Kysely sees them. JSON is text, times are ISO 8601 in UTC: both dialects agree. */
export interface Schema {
  sweeps: SweepTable
  trials: TrialTable
  attempts: AttemptTable
  metrics: MetricTable
  superseded_metrics: MetricTable & { attempt: number }
  reported_epochs: ReportedEpochTable
  report_notices: ReportNoticeTable
  final_metrics: FinalMetricTable
  sweep_metrics: SweepMetricTable
  rungs: RungTable
  state_counts: StateCountTable
  artifacts: ArtifactTable
  artifact_parts: ArtifactPartTable
  artifact_place: ArtifactPlaceTable
  events: EventTable
  coordinators: CoordinatorTable
  registered_hosts: RegisteredHostTable
  programs: ProgramTable
  prior_trials: PriorTrialTable
  progress: ProgressView
  hosts: HostView
  program_versions: ProgramVersionView
  trial_metrics: TrialMetricView
}

export type TrialState = 'queued' | 'running' | 'completed' | 'stopped' | 'failed' | 'cancelled'

interface SweepTable {
  id: Generated<number>
  /** Unique: what `sweepNameOf` makes of `file_name`, with -2, -3, … where another sweep has that. */
  name: string
  /** The `name` in the sweep file, in Unicode's normal form C: with it a file finds its sweep again. */
  file_name: string
  /** Number of the sweep among those of its file, from 1; unique with `file_name`. Only `--new` creates a further one. */
  generation: number
  /** Unique, and never changed: the view with a column for each parameter and each metric. */
  view_name: string
  description: string | null
  method: string
  program: string
  /** JSON of all that decides the results: a run with another one is another sweep. */
  definition: string
  /** JSON of how it is run and shown. */
  settings: string
  /** The sweep file as it was written. */
  source: string
  source_path: string
  seed: number
  created_at: string
  cancelled_at: string | null
  /** When one of those that train or watch it last looked for what others left behind. */
  looked_after_at: ColumnType<string | null, string | null | undefined, string | null>
  /** Why no further trial of it begins, though some may wait: until somebody runs it again. */
  ended_because: ColumnType<string | null, string | null | undefined, string | null>
  /** The version of its program that further attempts run, a key of `programs`; null of a program without files. */
  program_sha256: ColumnType<string | null, string | null | undefined, string | null>
}

interface TrialTable {
  id: Generated<number>
  sweep_id: number
  /** Place in the plan, from 1. */
  number: number
  /** JSON with sorted keys; unique in a sweep together with `repeat`. */
  params: string
  repeat: number
  seed: number
  state: ColumnType<TrialState, TrialState | undefined, TrialState>
  attempt: ColumnType<number, number | undefined, number>
  /** The worker's place in its pool, from 1. */
  worker: number | null
  host: string | null
  /** With `host` and `process_start`, the process that trains it. */
  pid: ColumnType<number | null, number | null | undefined, number | null>
  process_start: ColumnType<string | null, string | null | undefined, string | null>
  /** Renewed by that process; one that lets it expire has lost the trial. */
  lease_expires_at: ColumnType<string | null, string | null | undefined, string | null>
  /** Failed attempts since it was last queued by a person. */
  failures: ColumnType<number, number | undefined, number>
  /** Processes in a row that ended while they trained it and before it got an epoch further. */
  losses: ColumnType<number, number | undefined, number>
  parameter_count: number | null
  flops: number | null
  weights_sha256: string | null
  error: string | null
  started_at: string | null
  finished_at: string | null
  /** The trial whose checkpoint this one was trained on from. */
  parent_id: ColumnType<number | null, number | null | undefined, number | null>
  /** Why a stopping rule told it to stop: from then on it is not trained. */
  stop_reason: ColumnType<string | null, string | null | undefined, string | null>
  /** Epochs that somebody had it trained on to, whatever a rule says. */
  continued_to: ColumnType<number | null, number | null | undefined, number | null>
  /** By how much a completed trial exceeds its sweep's constraints; null without constraints, and before it completes. */
  violation: ColumnType<number | null, number | null | undefined, number | null>
  /** 1 of a point that somebody put before all others. */
  enqueued: ColumnType<number, number | undefined, number>
}

interface AttemptTable {
  trial_id: number
  attempt: number
  /** `interrupted`: its run was ended; `lost`: its process was gone. */
  state: TrialState | 'interrupted' | 'lost'
  host: string
  pid: number
  process_start: ColumnType<string, string | undefined, string>
  /** The epoch of the checkpoint that it went on from; 0 from the start. */
  resumed_epoch: ColumnType<number, number | undefined, number>
  /** JSON: the library and the processor that its bits depend on (`tensorflow/platform.ts`); null for a command. */
  runtime: ColumnType<string | null, string | null | undefined, never>
  /** Of a command. */
  exit_code: ColumnType<number | null, number | null | undefined, number | null>
  signal: ColumnType<string | null, string | null | undefined, string | null>
  worker: number
  started_at: string
  finished_at: string | null
  error: string | null
  stack: string | null
  /** The version of its program that it ran, a key of `programs`; null of a program without files. */
  program_sha256: ColumnType<string | null, string | null | undefined, string | null>
}

interface MetricTable {
  trial_id: number
  epoch: number
  name: string
  value: number
}

/** The program's own number of an epoch that is stored under another one. */
interface ReportedEpochTable {
  trial_id: number
  epoch: number
  reported: number
}

/** What was not stored as it was reported, once a sweep. */
interface ReportNoticeTable {
  sweep_id: number
  kind: ReportNotice['kind']
  name: string
  detail: string
  /** The first trial with it. */
  trial_id: number
  at: string
}

/** Kept with the metrics: what a trial reported last of each, and of all its epochs. */
interface FinalMetricTable {
  trial_id: number
  name: string
  /** The last one that reported it. */
  epoch: number
  value: number
  total: number
  reports: number
  least: number
  greatest: number
}

/** How each metric of a sweep is read. */
type SweepMetricTable = { sweep_id: number } & {
  [Key in keyof SweepMetric]: Key extends 'reported' | 'counted' ? Generated<SweepMetric[Key]> : SweepMetric[Key]
}

/** What a trial had when it reached a rung of its sweep's stopping rule. */
interface RungTable {
  trial_id: number
  /** In what the rule counts: an epoch, or a number of reports. */
  rung: number
  sweep_id: number
  /** Of the report that reached it. */
  epoch: number
  /** Of the rule's objective, the first of several. */
  value: number
  /** JSON: the values of the other objectives. */
  others: string | null
  /** 1, or 0 of a trial that failed: it is not what others are compared with. */
  counts: ColumnType<number, number | undefined, number>
}

/** Follows every change of a trial's state; a view on PostgreSQL. */
interface StateCountTable {
  sweep_id: number
  state: TrialState
  trials: number
}

interface ArtifactTable {
  id: Generated<number>
  trial_id: number
  /**
   * `best`: the one, of several checkpoints that a trial kept, that is its trained model. `folder`: what its program keeps
   * in the trial's folder, packed, where that has to follow it from host to host.
   */
  kind: 'checkpoint' | 'best' | 'folder'
  /** Whole epochs trained; null in stores that knew only a trained model's last one. */
  epoch: ColumnType<number | null, number | null | undefined, number | null>
  /** Where it is among the store's artifacts. */
  name: string
  bytes: number
  sha256: string
  created_at: string
}

/** On PostgreSQL: the artifacts' files, unless they are elsewhere. */
interface ArtifactPartTable {
  name: string
  /** From 0. */
  part: number
  content: Uint8Array
}

/** On PostgreSQL: a row, if they are elsewhere. */
interface ArtifactPlaceTable {
  /** `s3://bucket/folder` */
  location: string
}

interface EventTable {
  id: Generated<number>
  sweep_id: number
  trial_id: number | null
  at: string
  kind: string
  detail: string | null
}

interface CoordinatorTable {
  sweep_id: number
  host: string
  pid: number
  /** The name of this process alone, by which its pipe is found (`process-pipe.ts`). */
  process_start: string
  started_at: string
  heartbeat_at: string
}

/** What a process that trains for a store that hosts share has written of itself. */
interface RegisteredHostTable {
  id: Generated<number>
  name: string
  pid: number
  process_start: string
  version: string
  /** JSON of {@link Capabilities}. */
  capabilities: string
  state: RegisteredState
  /** Why it was set aside. */
  reason: string | null
  started_at: string
  heartbeat_at: string
  /** When it counts as lost, unless it is heard before. */
  expires_at: string
}

export type RegisteredState = 'active' | 'draining' | 'set aside' | 'gone'

/** The same with its state as it is when it is read: `lost` is computed from its heartbeat and the database's clock. */
type HostView = Omit<Selectable<RegisteredHostTable>, 'state'> & {
  state: RegisteredState | 'lost'
  registered_as: RegisteredState
}

/** A version of a program: trials ran it, and hosts that share the store are sent it. */
interface ProgramTable {
  /** Of `files`. */
  sha256: string
  /** JSON: each file's path, from the folder of the sweep file, and its bytes in base64. */
  files: string
  created_at: string
}

/** A trial of another sweep that a search begins with, as it was then. */
interface PriorTrialTable {
  sweep_id: number
  /** From 1, in the order of those sweeps and their plans. */
  place: number
  /** The trial's id, which may be gone. */
  source_id: number
  params: string
  /** JSON: by name, what is known of it: FLOPs, parameters, and what it reported last. */
  known: string
}

interface ProgressView {
  id: number
  name: string
  trials: number
  completed: number
  running: number
  queued: number
  failed: number
  cancelled: number
  stopped: number
  created_at: string
}

interface ProgramVersionView {
  sweep: string
  sweep_id: number
  program_sha256: string
  trials: number
  attempts: number
  first_trial: number
  last_trial: number
  first_started_at: string
}

interface TrialMetricView {
  trial_id: number
  name: string
  value: number
  mean: number
  epochs: number
}

export type SweepRow = Selectable<SweepTable>
export type TrialRow = Selectable<TrialTable>
export type ArtifactRow = Selectable<ArtifactTable>
export type AttemptRow = Selectable<AttemptTable>
export type CoordinatorRow = Selectable<CoordinatorTable>
export type HostRow = HostView
export type ProgressRow = Selectable<ProgressView>
