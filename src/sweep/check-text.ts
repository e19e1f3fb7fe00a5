import { SwathError } from '../errors.ts'
import { planSweep } from './plan.ts'
import { readSweep } from './read.ts'
import { SweepSource } from './source.ts'

export interface CheckedSweep {
  readonly mistakes: { readonly line: number; readonly column: number; readonly message: string }[]
  /** What it may mean otherwise than its author thinks. */
  readonly notes: readonly string[]
  readonly name: string | null
  /** Of the plan; null of one that is made as it goes, and of a file with mistakes. */
  readonly trials: number | null
}

const fileName = 'sweep.yaml'
const mistakeAt = /^sweep\.yaml:(\d+):(\d+): (.*)$/gm

/**
 * Looks through the text of a sweep file, as an editor does after each word.
 *
 * @param refuses throws what is wrong as SwathError('sweep-file'), as a run would
 */
export function checkSweepText(text: string, { refuses = false } = {}): CheckedSweep {
  try {
    const file = readSweep(new SweepSource(fileName, text))
    const { size } = planSweep(file)
    return { mistakes: [], notes: file.notes, name: file.content.name, trials: size > 0 ? size : null }
  } catch (error) {
    if (refuses || !(error instanceof SwathError)) throw error
    const found = [...error.message.matchAll(mistakeAt)].map(([, line, column, message = '']) => ({
      ...{ line: Number(line), column: Number(column), message },
    }))
    const whole = { line: 1, column: 1, message: error.message.replace(/^sweep\.yaml:\s*/, '') }
    return { mistakes: found.length > 0 ? found : [whole], notes: [], name: null, trials: null }
  }
}
