import { basename } from 'node:path'

import { messageOf, SwathError } from '../errors.ts'
import { learns, methods } from '../search/methods.ts'
import { NotTextError, readText } from '../read-text.ts'
import { checkParameters } from './check-parameters.ts'
import { checkSearch } from './check-search.ts'
import { objectivesOf } from '../stopping/early-terminate.ts'
import { explain } from './explain.ts'
import { sweepObjectives } from './objectives.ts'
import { notesOf } from './notes.ts'
import { applyOverrides, type Overrides } from './overrides.ts'
import { withReals } from './reals.ts'
import { notesOnWords, type PlacedWord } from './yaml-words.ts'
import { sweepFileSchema, type SweepFileContent } from './schema.ts'
import { SweepSource, type Mistake } from './source.ts'

/** A sweep file that has been read and found in order. */
export interface SweepFile {
  readonly source: SweepSource
  /** Its `name` is the one in the file, or the file's, in Unicode's normal form C. */
  readonly content: SweepFileContent & { readonly name: string }
  /** What was put in place of what the file says. */
  readonly overrides: Overrides
  /** What whoever runs it should know: keys that are passed over, a range that may be meant otherwise. */
  readonly notes: readonly string[]
}

/** A sweep file is written by hand or by a small script. */
const mostBytes = 2 ** 20

/** It is read from where it is open, on Windows and through sockets too; a program is looked for in the working directory. */
const standardInput = '/dev/stdin'

/** Reads and checks a sweep file. Throws SwathError('sweep-file') that names each mistake's line and column. */
export function readSweepFile(path: string, overrides: Overrides = []): SweepFile {
  const text = readSource(path)
  return readSweep(new SweepSource(path === standardInput ? 'stdin.yaml' : path, text), overrides)
}

/** Checks what a sweep file says, wherever it came from; throws as {@link readSweepFile}. */
export function readSweep(source: SweepSource, overrides: Overrides = []): SweepFile {
  const { path } = source
  const value = source.value()
  if (value === null || value === undefined) {
    throw new SwathError('sweep-file', `${path}: the file is empty`, {
      hint: 'see sweeps/mnist-depth-width.yaml for one that runs',
    })
  }
  const words: PlacedWord[] = source.plainWords()
  if (typeof value === 'object' && !Array.isArray(value)) words.push(...applyOverrides(source, value, overrides))

  const parsed = parseContent(source)
  if (!parsed.success) throw source.error(parsed.error.issues.flatMap((issue) => explain(issue, source.value())))

  const parameters = withReals(source, parsed.data.parameters)
  const name = (parsed.data.name ?? basename(path).replace(/\.ya?ml$/i, '')).normalize('NFC')
  const command = parsed.data.command?.map((word, k) => source.wordAt(['command', k]) ?? String(word))
  const content = { ...parsed.data, ...(command && { command }), parameters, name }
  const mistakes = [
    ...checkProgram(content),
    ...checkMethod(content),
    ...checkParameters(content),
    ...checkSearch(content),
    ...checkKeep(content),
    ...checkEarlyTerminate(content),
    ...checkWarmStart(content),
  ]
  if (mistakes.length > 0) throw source.error(mistakes)
  return { source, content, overrides, notes: [...notesOf(content, source), ...notesOnWords(words)] }
}

function parseContent(source: SweepSource) {
  try {
    return sweepFileSchema.safeParse(source.value())
  } catch (error) {
    // The library passes an object's mistakes on as arguments, which are no more than 100,000 or so.
    if (!(error instanceof RangeError)) throw error
    throw source.error([{ path: [], message: 'there are too many mistakes in this file to name them' }])
  }
}

/** The text of a file that somebody named. @param what for messages. @throws SwathError('not-found' or 'sweep-file') */
export function readSource(path: string, what = 'sweep file'): string {
  try {
    return readText(path === standardInput ? 0 : path, mostBytes)
  } catch (error) {
    if (error instanceof NotTextError) throw notText(path, error)
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new SwathError('not-found', `there is no ${what} ${path}`, { cause: error })
    const reason = code === 'EISDIR' ? 'it is a folder' : messageOf(error)
    throw new SwathError('not-found', `cannot read the ${what} ${path}: ${reason}`, { cause: error })
  }
}

function notText(path: string, error: NotTextError): SwathError {
  const lines = error.before?.split('\n')
  const place = lines === undefined ? '' : `:${lines.length}:${(lines.at(-1) ?? '').length + 1}`
  return new SwathError('sweep-file', `${path}${place}: ${error.message}`, { cause: error })
}

function checkProgram({ program, command }: SweepFileContent): Mistake[] {
  if (program !== undefined || command !== undefined) return []
  return [{ path: ['program'], message: 'missing: expected a program, or a command' }]
}

function checkMethod({ method, ...content }: SweepFileContent): Mistake[] {
  if (!learns(method) || sweepObjectives(content).length > 0) return []
  return [{ path: ['method'], message: `${method} needs to know what is better: \`metric: { name, goal }\`` }]
}

function checkKeep({ checkpoint, metric }: SweepFileContent): Mistake[] {
  if (checkpoint.keep !== 'best' || metric !== undefined) return []
  return [{ path: ['checkpoint', 'keep'], message: 'the best by which metric? Say so: `metric: { name, goal }`' }]
}

function checkEarlyTerminate({ early_terminate: early, ...content }: SweepFileContent): Mistake[] {
  if (early === undefined || objectivesOf(early, sweepObjectives(content)).length > 0) return []
  return [{ path: ['early_terminate'], message: 'by which metric? Say so: `metric: { name, goal }`' }]
}

function checkWarmStart({ warm_start, method }: SweepFileContent): Mistake[] {
  if (warm_start === undefined || learns(method)) return []
  const methodsThatLearn = Object.keys(methods).filter(learns).join(', ')
  return [
    { path: ['warm_start'], atKey: true, message: `${method} learns nothing from trials: ${methodsThatLearn} do` },
  ]
}
