import { SwathError } from '../errors.ts'
import { filesOf, isHere, readVersion, type ProgramFile, type ProgramVersion } from '../programs/version.ts'
import { programSha256 } from '../programs/reference.ts'
import { lineDiff } from '../report/line-diff.ts'
import { acceptProgram, keptProgram } from '../store/programs.ts'
import type { SweepRow } from '../store/schema.ts'
import type { Store } from '../store/store.ts'
import type { SweepSettings } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'

/** Files that a message shows the lines of; the others are named. */
const mostShown = 3

/**
 * The one check of a sweep's program before any trial is trained: `swath run`, `resume`, and runs that the page starts.
 * Returns the sweep as it is then; with `accepts` it goes on with the program as it is now.
 *
 * @param now the program on this machine
 * @throws SwathError('sweep-changed') if it is not the version that the sweep's trials train
 */
export async function verifyProgram(
  store: Store,
  sweep: SweepRow,
  now: ProgramVersion | undefined,
  accepts: boolean,
): Promise<SweepRow> {
  if (now === undefined || now.sha256 === sweep.program_sha256) return sweep
  const before = await keptProgram(store.db, sweep.program_sha256)
  const changes = changesBetween(before, now)
  if (!accepts) {
    const lead = `the program of ${sweep.name} is not the one that its trials were trained with`
    throw programChanged(sweep.name, changes, lead)
  }
  await acceptProgram(store.db, sweep.id, {
    ...{ version: now, at: store.now().toISOString() },
    detail: changes.map(({ what }) => what).join('; '),
  })
  return { ...sweep, program_sha256: now.sha256 }
}

/**
 * The program of a stored sweep as it is on this machine; undefined where hosts are sent it and this one has no copy.
 *
 * @throws SwathError('program') if it is gone
 */
export function programNow(settings: SweepSettings, { isShared }: { readonly isShared: boolean }) {
  const { program, sources } = settings
  if (isShared && sources.send !== false && !isHere(program)) return undefined
  return readVersion(program, sources)
}

/** A sweep of an older swath is known by its main file alone. */
export async function adoptProgram(store: Store, sweep: SweepRow, settings: SweepSettings): Promise<SweepRow> {
  const { program_sha256: known } = storedDefinition(sweep)
  if (sweep.program_sha256 !== null || known === null || programSha256(settings.program) !== known) return sweep
  const version = readVersion(settings.program, settings.sources)
  if (version === undefined) return sweep
  await acceptProgram(store.db, sweep.id, { version, at: store.now().toISOString() })
  return { ...sweep, program_sha256: version.sha256 }
}

/** Returns what a run ends with when its program was changed while it ran. */
export async function programChangedMeanwhile(
  store: Store,
  sweep: SweepRow,
  settings: SweepSettings,
): Promise<SwathError> {
  const lead = `the program of ${sweep.name} was changed while it ran, so no further trial was started`
  return programChanged(sweep.name, await changesHere(store, sweep, settings), lead)
}

/** Returns why a host trains no trial of a sweep whose program is not sent: its own copy is another version. */
export async function programDiffersOnHost(
  store: Store,
  sweep: SweepRow,
  settings: SweepSettings,
): Promise<SwathError> {
  const lead = 'the program on this host is not the one that the trials are trained with'
  return programChanged(sweep.name, await changesHere(store, sweep, settings), lead)
}

async function changesHere(store: Store, sweep: SweepRow, settings: SweepSettings): Promise<readonly Change[]> {
  const before = await keptProgram(store.db, sweep.program_sha256)
  try {
    return changesBetween(before, readVersion(settings.program, settings.sources))
  } catch (error) {
    return [{ what: error instanceof SwathError ? error.message : String(error), lines: [] }]
  }
}

interface Change {
  /** `train.py is changed` */
  readonly what: string
  readonly lines: readonly string[]
}

function programChanged(sweep: string, changes: readonly Change[], lead: string): SwathError {
  const shown = changes.flatMap(({ what, lines }, k) => [
    `\n  ${what}`,
    ...(k < mostShown ? lines.map((line) => `\n    ${line}`) : []),
  ])
  if (changes.length === 0) {
    const hint = `run it again: swath resume ${sweep}`
    return new SwathError('sweep-changed', `${lead}\n  its text is the same again`, { hint })
  }
  return new SwathError('sweep-changed', `${lead}:${shown.join('')}`, {
    hint: 'go on with the program as it is now with --accept-program, start another sweep with --new, or undo the change',
  })
}

/** Returns the files that differ, with their changed lines where both are text. */
function changesBetween(before: ProgramVersion | undefined, now: ProgramVersion | undefined): Change[] {
  if (before === undefined) return [{ what: 'the store does not have the text that it had', lines: [] }]
  const old = new Map(filesOf(before).map((file) => [file.path, file]))
  const current = new Map((now === undefined ? [] : filesOf(now)).map((file) => [file.path, file]))
  const paths = [...new Set([...old.keys(), ...current.keys()])].sort()
  return paths.flatMap((path) => changeOf(path, old.get(path), current.get(path)))
}

function changeOf(path: string, before: ProgramFile | undefined, now: ProgramFile | undefined): Change[] {
  if (before === undefined) return [{ what: `${path} belongs to it now`, lines: [] }]
  if (now === undefined) return [{ what: `${path} no longer belongs to it`, lines: [] }]
  if (before.base64 !== now.base64) {
    return [
      {
        what: `${path} has changed`,
        lines: isText(before) && isText(now) ? lineDiff(textOf(before), textOf(now)) : [],
      },
    ]
  }
  if (before.isExecutable === now.isExecutable) return []
  return [{ what: `${path} ${now.isExecutable ? 'can be executed now' : 'can no longer be executed'}`, lines: [] }]
}

function textOf({ base64 }: ProgramFile): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}

function isText(file: ProgramFile): boolean {
  return !textOf(file).includes('\0')
}
