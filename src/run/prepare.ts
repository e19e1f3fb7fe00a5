import { SwathError } from '../errors.ts'
import { acquireSweep, thisProcess } from '../store/coordinators.ts'
import { readVersion, refuseOutside, refuseUnsendable, type ProgramVersion } from '../programs/version.ts'
import { keepProgram } from '../store/programs.ts'
import { programSha256, resolveProgram } from '../programs/reference.ts'
import { printable } from '../printable.ts'
import { firstLines } from '../report/enumerate.ts'
import type { SharedQueue } from '../queue/shared-queue.ts'
import { enqueue } from '../store/enqueue.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import {
  createSweep,
  findOrCreateSweep,
  newestSweepOfFile,
  type AlongWithSweep,
  type NewSweep,
} from '../store/sweeps.ts'
import { defineSweepView } from '../store/sweep-view.ts'
import { learns } from '../search/methods.ts'
import { defineSweep, differences, settingsOf, type SweepDefinition, type SweepSettings } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { planSweep, type Plan } from '../sweep/plan.ts'
import type { SweepFile } from '../sweep/read.ts'
import type { DescribedTrial } from './describe.ts'

/** A sweep file that has been read, checked and expanded; nothing has been opened or written yet. */
export interface PreparedSweep {
  readonly file: SweepFile
  readonly plan: Plan
  readonly definition: SweepDefinition
  readonly settings: SweepSettings
  /** The program as it is now; undefined for one without files. */
  readonly version: ProgramVersion | undefined
}

export function prepareSweep(file: SweepFile): PreparedSweep {
  const program = resolveProgram(file)
  const settings = settingsOf(file, program)
  refuseOutside(program, settings.sources)
  const version = readVersion(program, settings.sources)
  return { version, file, plan: planSweep(file), definition: defineSweep(file, programSha256(program)), settings }
}

/** As the sweep was planned: whether its program may be another now is for `verifyProgram` to say. */
export function asPlanned<P extends Pick<PreparedSweep, 'definition'>>(prepared: P, sweep: SweepRow): P {
  const { program_sha256 } = storedDefinition(sweep)
  return { ...prepared, definition: { ...prepared.definition, program_sha256 } }
}

export interface MayGrow {
  /** Whether a grid may have other values than the sweep. */
  readonly mayGrow: boolean
}

/** Returns the sweep that this file continues, if there is one. Throws SwathError('sweep-changed') if it means another now. */
export async function findSweepOf(
  store: Store,
  prepared: PreparedSweep,
  options: MayGrow,
): Promise<SweepRow | undefined> {
  const sweep = await newestSweepOfFile(store.db, prepared.file.content.name)
  if (sweep !== undefined) refuseOtherDefinition(sweep, prepared, options)
  return sweep
}

/** Throws SwathError('sweep-changed') if the file defines another sweep than this one. */
export function refuseOtherDefinition(sweep: SweepRow, prepared: PreparedSweep, { mayGrow }: MayGrow): void {
  const { definition } = asPlanned(prepared, sweep)
  const changes = differences(storedDefinition(sweep), definition)
  const others = changes.filter((change) => !/^(parameters\.|repeat: )/.test(change))
  const isGrid = sweep.method === 'grid' && definition.method === 'grid'
  if (changes.length === 0 || (mayGrow && isGrid && others.length === 0)) return
  if (mayGrow && isGrid) throw changed(sweep.name, others, `only a grid’s values and \`repeat\` can be extended`)
  if (mayGrow) throw changed(sweep.name, changes, searchesAnew(definition.method, sweep.name))
  throw changed(sweep.name, changes, isGrid && others.length === 0 ? 'train only what is new with --extend' : undefined)
}

/** A point of it depends on its space. */
function searchesAnew(method: string, sweep: string): string {
  const along = learns(method) ? `; \`warm_start: ${sweep}\` takes its trials along` : ''
  return `only a grid can be extended${along}`
}

function changed(sweep: string, changes: readonly string[], first?: string): SwathError {
  const list = firstLines(changes)
    .map((change) => `\n  ${printable(change, 300)}`)
    .join('')
  return new SwathError('sweep-changed', `${sweep} is in the store with other settings:${list}`, {
    hint: `${first === undefined ? '' : `${first}; `}start another sweep with --new, or undo the change to go on with this one`,
  })
}

interface Storing {
  readonly shared: SharedQueue | undefined
  readonly along: AlongWithSweep | undefined
  /** Create a sweep whatever sweeps the file has. */
  readonly isNew: boolean
}

/**
 * Creates a sweep with its trials and, on one machine's own store, takes it for this process. Resolves to undefined if
 * another process has created a sweep of this file meanwhile; with `isNew` there may be any number of them.
 */
export async function storeSweep(
  store: Store,
  { file, plan, definition, settings, version }: PreparedSweep,
  trials: readonly DescribedTrial[],
  { shared, along, isNew }: Storing,
): Promise<SweepRow | undefined> {
  const { name, method, seed, description = null } = file.content
  if (shared !== undefined && version !== undefined && settings.sources.send !== false) refuseUnsendable(version)
  const now = store.now()
  const newSweep: NewSweep = {
    ...{ name, file_name: name, description, method, seed, program: definition.program },
    ...{ definition: JSON.stringify(definition), settings: JSON.stringify(settings) },
    ...{ source: file.source.text, source_path: file.source.path },
    ...{ created_at: now.toISOString(), cancelled_at: null, program_sha256: version?.sha256 ?? null },
  }
  const write: AlongWithSweep = async (transaction, row) => {
    await along?.(transaction, row)
    const { id, created_at } = row
    if (version !== undefined) await keepProgram(transaction, version, created_at)
    if (shared === undefined) {
      await acquireSweep(transaction, id, thisProcess(), now)
      return
    }
    await enqueue(transaction, await shared.of(id), id)
  }
  const rows = rowsOf(trials)
  const { sweep, isCreated } = isNew
    ? { sweep: await createSweep(store.db, newSweep, rows, write), isCreated: true }
    : await findOrCreateSweep(store.db, newSweep, rows, write)
  if (!isCreated) return undefined
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
