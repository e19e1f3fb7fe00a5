import { dirname, resolve } from 'node:path'

import type { Transaction } from 'kysely'

import { SwathError } from '../errors.ts'
import { packProgram, type SentFiles } from '../programs/sent-files.ts'
import { keepProgram } from '../store/programs.ts'
import { programSha256, resolveProgram } from '../programs/reference.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import { enqueue } from '../store/enqueue.ts'
import type { Schema, SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import { createSweep, freeSweepName, newestSweepOfFile } from '../store/sweeps.ts'
import { defineSweepView } from '../store/sweep-view.ts'
import { learns } from '../search/methods.ts'
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

/**
 * The sweep that this file continues, if there is one. Throws SwathError('sweep-changed') if it means another now.
 * @param mayGrow takes a grid of other values
 */
export async function findSweepOf(
  store: Store,
  { file, definition }: PreparedSweep,
  { mayGrow = false } = {},
): Promise<SweepRow | undefined> {
  const sweep = await newestSweepOfFile(store.db, file.content.name)
  if (sweep === undefined) return undefined
  const changes = differences(JSON.parse(sweep.definition) as SweepDefinition, definition)
  const others = changes.filter((change) => !/^(parameters\.|repeat: )/.test(change))
  const isGrid = sweep.method === 'grid' && definition.method === 'grid'
  if (changes.length === 0 || (mayGrow && isGrid && others.length === 0)) return sweep
  if (mayGrow && isGrid) throw changed(sweep.name, others, `only a grid’s values and \`repeat\` can be extended`)
  if (mayGrow) throw changed(sweep.name, changes, searchesAnew(definition.method, sweep.name))
  throw changed(sweep.name, changes, isGrid && others.length === 0 ? 'train only what is new with --extend' : undefined)
}

/** A point of it depends on its space. */
function searchesAnew(method: string, sweep: string): string {
  const along = learns(method) ? `; \`warm_start: ${sweep}\` takes its trials along` : ''
  return `only a grid can be extended${along}`
}

/** Throws SwathError('sweep-changed') if the module or script that a sweep trains is not what it was. */
export function refuseChangedProgram(sweep: SweepRow, definition: SweepDefinition, settings: SweepSettings): void {
  const changes = differences(definition, { ...definition, program_sha256: programSha256(settings.program) })
  if (changes.length > 0) throw changed(sweep.name, changes)
}

function changed(sweep: string, changes: readonly string[], first?: string): SwathError {
  const list = changes.map((change) => `\n  ${change}`).join('')
  return new SwathError('sweep-changed', `${sweep} is in the store with other settings:${list}`, {
    hint: `${first === undefined ? '' : `${first}; `}start another sweep with --new, or undo the change to go on with this one`,
  })
}

/** What is written in the transaction that makes a sweep. */
export type Writing = (transaction: Transaction<Schema>, sweep: SweepRow) => Promise<void>

/** Writes a new sweep with its trials. Another process may have been quicker: then its sweep is continued. */
export async function storeSweep(
  store: Store,
  { file, plan, definition, settings, sent }: PreparedSweep,
  trials: readonly DescribedTrial[],
  { shared, besides }: { readonly shared?: SharedQueue | undefined; readonly besides?: Writing | undefined } = {},
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
    rowsOf(trials),
    async (transaction, row) => {
      await besides?.(transaction, row)
      const { id, created_at } = row
      if (shared === undefined) return
      if (sent !== undefined) await keepProgram(transaction, sent, created_at)
      await enqueue(transaction, await shared.of(id), id)
    },
  )
  if (sweep === undefined) throw new SwathError('sweep-busy', `another process has just made the sweep ${name}`)
  await defineSweepView(store.db, sweep, plan.parameters, [])
  return sweep
}

export function* rowsOf(trials: readonly DescribedTrial[]) {
  for (const { number, key, repeat, seed, cost, enqueued = false } of trials) {
    yield {
      ...{ number, params: key, repeat, seed, enqueued: enqueued ? 1 : 0 },
      parameter_count: cost?.parameterCount ?? null,
      flops: cost?.flops ?? null,
    }
  }
}
