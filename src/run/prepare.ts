import { dirname, resolve } from 'node:path'

import { SwathError } from '../errors.ts'
import { packProgram, type SentFiles } from '../programs/sent-files.ts'
import { keepProgram } from '../store/programs.ts'
import { programSha256, resolveProgram } from '../programs/reference.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import { enqueue } from '../store/enqueue.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { createSweep, freeSweepName, newestSweepOfFile } from '../store/sweeps.ts'
import { defineSweepView } from '../store/sweep-view.ts'
import { insertTrials } from '../store/trials.ts'
import { defineSweep, differences, settingsOf, type SweepDefinition, type SweepSettings } from '../sweep/definition.ts'
import { planSweep, type Plan } from '../sweep/plan.ts'
import type { SweepFile } from '../sweep/read.ts'
import type { DescribedTrial } from './describe.ts'

/** A sweep file that has been read, checked and expanded; nothing has been opened or written yet. */
export interface PreparedSweep {
  readonly file: SweepFile
  readonly plan: Plan
  readonly definition: SweepDefinition
  readonly settings: SweepSettings
  /** What goes to hosts that share the store. */
  readonly sent: SentFiles | undefined
}

export function prepareSweep(file: SweepFile): PreparedSweep {
  const program = resolveProgram(file)
  const { send } = file.content
  const folder = resolve(dirname(file.source.path))
  const sent = send === false ? undefined : packProgram(program, folder, send)
  return {
    sent,
    file,
    plan: planSweep(file),
    definition: defineSweep(file, programSha256(program)),
    settings: settingsOf(file, program, sent === undefined ? null : { sha256: sent.sha256, folder }),
  }
}

/** The sweep that this file continues, if there is one. Throws SwathError('sweep-changed') if it means another now. */
export async function findSweepOf(store: Store, { file, definition }: PreparedSweep): Promise<SweepRow | undefined> {
  const sweep = await newestSweepOfFile(store.db, file.content.name)
  if (sweep === undefined) return undefined
  const changes = differences(JSON.parse(sweep.definition) as SweepDefinition, definition)
  if (changes.length > 0) throw changed(sweep.name, changes)
  return sweep
}

/** Throws SwathError('sweep-changed') if the module or script that a sweep trains is not what it was. */
export function refuseChangedProgram(sweep: SweepRow, definition: SweepDefinition, settings: SweepSettings): void {
  const changes = differences(definition, { ...definition, program_sha256: programSha256(settings.program) })
  if (changes.length > 0) throw changed(sweep.name, changes)
}

function changed(sweep: string, changes: readonly string[]): SwathError {
  const list = changes.map((change) => `\n  ${change}`).join('')
  return new SwathError('sweep-changed', `${sweep} is in the store with other settings:${list}`, {
    hint: 'start another sweep with --new, or undo the change to go on with this one',
  })
}

/** Writes a new sweep with its trials. Another process may have been quicker: then its sweep is continued. */
export async function storeSweep(
  store: Store,
  { file, plan, definition, settings, sent }: PreparedSweep,
  trials: readonly DescribedTrial[],
  shared?: SharedQueue,
): Promise<SweepRow> {
  const { name, method, seed, description = null } = file.content
  const sweep = await createSweep(
    store.db,
    {
      name: await freeSweepName(store.db, name),
      file_name: name,
      description,
      method,
      program: definition.program,
      definition: JSON.stringify(definition),
      settings: JSON.stringify(settings),
      source: file.source.text,
      source_path: file.source.path,
      seed,
      created_at: store.now().toISOString(),
      cancelled_at: null,
    },
    rows(trials),
    async (transaction, { id, created_at }) => {
      if (shared === undefined) return
      if (sent !== undefined) await keepProgram(transaction, sent, created_at)
      await enqueue(transaction, await shared.of(id), id)
    },
  )
  if (sweep === undefined) throw new SwathError('sweep-busy', `another process has just made the sweep ${name}`)
  await defineSweepView(store.db, sweep, plan.parameters, [])
  return sweep
}

/** Adds the points that a raised `run_cap` lets in. */
export async function extendSweep(
  store: Store,
  sweep: SweepRow,
  trials: readonly DescribedTrial[],
  shared?: SharedQueue,
): Promise<void> {
  const queue = await shared?.of(sweep.id)
  await store.db.transaction().execute(async (transaction) => {
    await insertTrials(transaction, sweep.id, rows(trials))
    if (queue !== undefined) await enqueue(transaction, queue, sweep.id)
  })
}

function* rows(trials: readonly DescribedTrial[]) {
  for (const { number, key, repeat, seed, cost } of trials) {
    yield {
      ...{ number, params: key, repeat, seed },
      parameter_count: cost?.parameterCount ?? null,
      flops: cost?.flops ?? null,
    }
  }
}
