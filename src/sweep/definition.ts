import { dirname, resolve } from 'node:path'
import type { z } from 'zod'

import type { PowerSettings } from '../inference/energy.ts'
import type { CheckpointPolicy } from '../artifacts/retention.ts'
import type { GrantedVariables } from '../credentials.ts'
import type { DatasetReference, datasetSchema } from '../datasets/reference.ts'
import { builtinPrograms } from '../programs/builtin.ts'
import { learns } from '../search/methods.ts'
import type { Imputing } from '../search/history.ts'
import { objectivesOf, type StoppingDefinition } from '../stopping/early-terminate.ts'
import type { Reduction } from '../metrics/reduction.ts'
import { pathFrom } from '../path-below.ts'
import type { Objective, ReadObjective } from '../stopping/rule.ts'
import type { ProgramPlace } from '../programs/version.ts'
import type { ProgramReference } from '../workers/protocol.ts'
import { powerSchema, type Budget } from './budget.ts'
import { secondsOf } from './duration.ts'
import { sweepObjectives } from './objectives.ts'
import type { Overrides } from './overrides.ts'
import type { SweepFile } from './read.ts'
import { sweepFileSchema } from './schema.ts'
import type { ParametersContent } from './space.ts'

/** All that decides a sweep's results. What only says how it is run or shown is in its settings. */
export interface SweepDefinition {
  /** As the file has it, or the command; a module or a script is told by its hash, wherever it lies. */
  readonly program: string
  /** Absent where the file has none. */
  readonly command?: readonly string[]
  readonly program_sha256: string | null
  readonly method: string
  readonly dataset: DatasetReference | null
  readonly parameters: ParametersContent
  readonly seed: number
  readonly repeat: number
  /** Of a method that learns: by what. */
  readonly objectives?: readonly ReadObjective[]
  /** For a method that learns, and constraints: how metrics are reduced, where the file says so. */
  readonly reductions?: Readonly<Record<string, Reduction>>
  /** Of a method that learns, where the file says so: what trials count as that have come to nothing yet. */
  readonly impute?: Imputing
  /** Of a method that learns: sweeps whose trials it begins with. */
  readonly warm_start?: readonly string[]
  /** Absent where the file has none. */
  readonly constraints?: readonly string[]
  /** Absent where the file has none. */
  readonly early_terminate?: StoppingDefinition
}

/** How a sweep is run and shown; may change between two runs of it. */
export interface SweepSettings {
  readonly program: ProgramReference
  /** Of the command line: with these its file is what it was made from. */
  readonly overrides: Overrides
  /** With an absolute path. */
  readonly dataset: DatasetReference | null
  readonly coresPerTrial: number
  /** Variables that its programs get besides what they inherit. */
  readonly env: GrantedVariables
  /** What a host has to have to train it, where hosts share the store. */
  readonly tags: readonly string[]
  /** Where the program's files are; hosts that share the store are sent them, unless `send` is false. */
  readonly sources: ProgramPlace
  readonly metric: Objective | null
  /** What it is for: the metric, or several. */
  readonly objectives: readonly ReadObjective[]
  /** By metric, how its reports within a trial become one value. */
  readonly reductions: Readonly<Record<string, Reduction>>
  /** Trials in all, of a sweep that is planned as it goes. */
  readonly cap: number
  readonly budget: Budget
  readonly power: PowerSettings
  /** Ends the sweep once a trial has reached it. */
  readonly target: Target | null
  /** Attempts that a trial gets after one that failed. */
  readonly retries: number
  /** The sweep ends when so many first trials fail the same way before any report; 0: it goes on. */
  readonly stopAfterFailures: number
  /** Seconds that an attempt, and each of its epochs, may take. */
  readonly timeout: { readonly trial: number | null; readonly epoch: number | null }
  readonly checkpoint: CheckpointPolicy
}

/** A value of the metric that is good enough. */
type Target = Objective & { readonly value: number }

export function defineSweep(file: SweepFile, program_sha256: string | null): SweepDefinition {
  const { method, parameters, seed, repeat } = file.content
  const command = file.content.command?.map(String)
  const { early_terminate: early, constraints, reductions } = file.content
  const objectives = sweepObjectives(file.content)
  return {
    program: file.content.program ?? command?.join(' ') ?? '',
    ...(command === undefined ? {} : { command }),
    ...{ program_sha256, method, dataset: datasetOf(file), parameters, seed, repeat },
    ...(learns(method) && {
      ...{ objectives, ...(reductions && { reductions }) },
      ...{ ...imputingOf(file.content), ...warmStartOf(file.content) },
    }),
    ...(constraints && { constraints }),
    ...(early && { early_terminate: { ...early, objectives: objectivesOf(early, objectives) } }),
  }
}

function imputingOf({ metric }: SweepFile['content']): Pick<SweepDefinition, 'impute'> {
  const { impute = 'worst', impute_while_running = 'false' } = metric ?? {}
  const running = impute_while_running === 'false' || impute_while_running === false ? 'worst' : impute_while_running
  return impute === 'worst' && running === 'worst' ? {} : { impute: { failed: impute, running } }
}

function warmStartOf({ warm_start }: SweepFile['content']): Pick<SweepDefinition, 'warm_start'> {
  return warm_start === undefined ? {} : { warm_start: [warm_start].flat() }
}

/** One that the file names may be above the limit of those that it does not. */
function capOf(content: SweepFile['content'], max_trials: number): number {
  const wanted = trialsWanted(content)
  return wanted === Infinity ? max_trials : wanted
}

/** Trials in all that the file lets in; Infinity where it says nothing. */
export function trialsWanted({ run_cap, budget }: Pick<SweepFile['content'], 'run_cap' | 'budget'>): number {
  return Math.min(run_cap ?? Infinity, budget?.trials ?? Infinity)
}

export function settingsOf(file: SweepFile, program: ProgramReference): SweepSettings {
  const { resources, metric, retries, timeout, checkpoint, max_trials, budget = {}, send } = file.content
  const { stop_after_failures } = file.content
  const limits = typeof timeout === 'object' ? timeout : { trial: timeout, epoch: undefined }
  const seconds = (limit: typeof limits.trial) => (limit === undefined ? null : secondsOf(limit))
  const dataset = datasetOf(file)
  const path = dataset?.path
  return {
    ...{ program, overrides: file.overrides },
    sources: { folder: dirname(resolve(file.source.path)), send },
    dataset: path === undefined ? dataset : { ...dataset, path: pathFrom(dirname(file.source.path), path) },
    coresPerTrial: resources.cores,
    env: file.content.env,
    tags: resources.tags,
    metric: metric === undefined ? null : { name: metric.name, goal: metric.goal },
    objectives: sweepObjectives(file.content),
    reductions: file.content.reductions ?? {},
    cap: capOf(file.content, max_trials),
    ...{ budget, power: powerOf(file.content.power) },
    target: metric?.target === undefined ? null : { name: metric.name, goal: metric.goal, value: metric.target },
    retries,
    stopAfterFailures: stop_after_failures === false ? 0 : stop_after_failures,
    timeout: { trial: seconds(limits.trial), epoch: seconds(limits.epoch) },
    checkpoint,
  }
}

function powerOf({ cpu_watts, ram_watts, grams_per_kwh }: SweepFile['content']['power']): PowerSettings {
  return { cpuWatts: cpu_watts, ramWatts: ram_watts, gramsPerKwh: grams_per_kwh }
}

const {
  max_trials: mostTrials,
  stop_after_failures: mostFailures,
  ...ofFile
} = sweepFileSchema.pick({ retries: true, checkpoint: true, max_trials: true, stop_after_failures: true }).parse({})
const defaultSettings = {
  ...{ ...ofFile, timeout: { trial: null, epoch: null }, tags: [], env: {}, overrides: [], cap: mostTrials },
  ...{ budget: {}, power: powerOf(powerSchema.parse({})), target: null, reductions: {} },
  stopAfterFailures: mostFailures === false ? 0 : mostFailures,
}

/** Those of a sweep in the store; an older swath did not write all of them. */
export function storedSettings({ settings }: { readonly settings: string }): SweepSettings {
  const stored = JSON.parse(settings) as Pick<SweepSettings, 'program' | 'dataset' | 'coresPerTrial'> &
    Partial<Pick<SweepSettings, 'metric'>> & { readonly sent?: { readonly folder: string } | null }
  const { metric = null, sent } = stored
  const sources: ProgramPlace = { folder: sent?.folder ?? '/', send: sent == null ? false : [] }
  return { ...defaultSettings, metric, objectives: metric === null ? [] : [metric], sources, ...stored }
}

/** A built-in program trains on MNIST unless the file says otherwise; any other gets a data set only if it asks for one. */
function datasetOf({ content: { dataset, program = '', command } }: SweepFile): DatasetReference | null {
  if (typeof dataset === 'string') return { name: dataset }
  if (dataset !== undefined) return withoutUndefined(dataset)
  const isBuiltin = command === undefined && (builtinPrograms as readonly string[]).includes(program)
  return isBuiltin ? { name: 'mnist' } : null
}

function withoutUndefined(dataset: z.infer<typeof datasetSchema>): DatasetReference {
  return Object.fromEntries(Object.entries(dataset).filter(([, value]) => value !== undefined))
}

/** Key by key what `now` has other than `before`: `parameters.width.values: [128,256] → [128,256,512]`. */
export function differences(before: object, now: object): string[] {
  const old = flatten(before)
  const current = flatten(now)
  const keys = [...new Set([...old.keys(), ...current.keys()])].sort()
  return keys
    .filter((key) => old.get(key) !== current.get(key))
    .map((key) => `${key}: ${old.get(key) ?? '(none)'} → ${current.get(key) ?? '(none)'}`)
}

function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new Map<string, string>(value === undefined ? [] : [[path, wordOrJson(value)]])
  }
  return new Map(
    Object.entries(value).flatMap(([key, child]) => [...flatten(child, path === '' ? key : `${path}.${key}`)]),
  )
}

/** A word as a sweep file has it, without quotes; any other value as JSON. */
function wordOrJson(value: unknown): string {
  const isWord =
    typeof value === 'string' && /^[a-z_]\w*$/i.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value)
  return isWord ? value : JSON.stringify(value)
}
