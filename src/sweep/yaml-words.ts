import { firstOf } from '../report/enumerate.ts'
import type { PlainWord } from './yaml.ts'

/** A word without quotes, and where it is: `line:column`, or an option. */
export type PlacedWord = Omit<PlainWord, 'offset'> & { readonly place: string }

/** Keys of a sweep file in which the type of a value makes a difference. */
const typedKeys: ReadonlySet<unknown> = new Set([
  ...['parameters', 'metric', 'metrics', 'objectives', 'early_terminate', 'budget', 'power', 'dataset', 'resources'],
  ...['seed', 'repeat', 'run_cap', 'max_trials', 'retries', 'timeout', 'checkpoint'],
])

const shownWords = 5

/** How a word is read: here, as YAML 1.2 has it, and by PyYAML, which W&B reads sweep files with, as YAML 1.1 has it. */
interface Reading {
  readonly here: 'text' | 'number'
  /** As it is written for the same value in YAML 1.2; undefined for text. */
  readonly there: string | undefined
}

const truths: Readonly<Record<string, string>> = { yes: 'true', on: 'true', no: 'false', off: 'false' }
/** A float of YAML 1.1 has a point, and a sign in its exponent; PyYAML takes no sign before the point. */
const floatOf11 = /^([-+]?\d[\d_]*\.[\d_]*|\.\d[\d_]*)(e[-+]\d+)?$/i
const floatOf12 = /^[-+]?(\.\d+|\d+\.\d*|\d+(?=e))(e[-+]?\d+)?$/i

/** Returns how a plain word is read where the two versions of YAML differ. */
export function differentReading(word: string): Reading | undefined {
  if (/^(yes|no|on|off|Yes|No|On|Off|YES|NO|ON|OFF)$/.test(word)) {
    return { here: 'text', there: truths[word.toLowerCase()] }
  }
  const digits = word.replaceAll('_', '')
  const sign = digits.startsWith('-') ? '-' : ''
  const bare = digits.replace(/^[-+]/, '')
  const here = word.includes('_') ? 'text' : 'number'
  if (/^[-+]?0[0-7_]+$/.test(word)) {
    const there = sign + BigInt(`0o${bare}`).toString()
    return here === 'number' && Number(there) === Number(bare) * (sign === '' ? 1 : -1) ? undefined : { here, there }
  }
  if (/^[-+]?0b[01_]+$/.test(word) && bare.length > 2) return { here: 'text', there: sign + BigInt(bare).toString() }
  if (/^[-+]?([1-9][\d_]*(:[0-5]?\d)+|\d[\d_]*(:[0-5]?\d)+\.[\d_]*)$/.test(word)) {
    return { here: 'text', there: sign + String(bare.split(':').reduce((sum, part) => 60 * sum + Number(part), 0)) }
  }
  if (/^[-+]0x[\da-fA-F_]+$/.test(word) && bare.length > 2)
    return { here: 'text', there: sign + BigInt(bare).toString() }
  if (here === 'text') {
    const isNumber = /^([-+]?[1-9][\d_]*|0x[\da-fA-F_]+)$/.test(word) || floatOf11.test(word)
    return isNumber && /\d/.test(bare) ? { here, there: sign + bare } : undefined
  }
  // 08, 1e-4, -.5 and 0o17 are numbers of YAML 1.2 alone.
  if (/^[-+]?0\d+$/.test(word) || /^0o[0-7]+$/.test(word)) return { here, there: undefined }
  return floatOf12.test(word) && !floatOf11.test(word) ? { here, there: undefined } : undefined
}

/** Notes on the words of a sweep file that W&B reads as something else: where they are, and what to write instead. */
export function notesOnWords(words: readonly PlacedWord[]): string[] {
  const found = words.flatMap(({ word, key, place }) => {
    const reading = typedKeys.has(key) ? differentReading(word) : undefined
    return reading === undefined ? [] : [{ ...reading, text: `${word} (${place})` }]
  })
  const note = (some: typeof found, say: (many: boolean, others: string) => string): string[] => {
    if (some.length === 0) return []
    const others = [...new Set(some.map(({ there }) => there ?? ''))]
    return [
      `${firstOf(
        some.map(({ text }) => text),
        shownWords,
      )}: ${say(some.length > 1, firstOf(others, shownWords))}`,
    ]
  }
  return [
    ...note(
      found.filter(({ here }) => here === 'text'),
      (many, others) =>
        `${many ? 'texts' : 'a text'} here (YAML 1.2). W&B reads ${others} (YAML 1.1): write that to get it, or use quotes for text.`,
    ),
    ...note(
      found.filter(({ here, there }) => here === 'number' && there !== undefined),
      (many, others) =>
        `${many ? 'decimal numbers' : 'a decimal number'} here (YAML 1.2). W&B reads ${others} (YAML 1.1, octal): write that to get it, or use quotes for text.`,
    ),
    ...note(
      found.filter(({ here, there }) => here === 'number' && there === undefined),
      (many) =>
        `${many ? 'numbers' : 'a number'} here (YAML 1.2), and text to W&B (YAML 1.1): use quotes for text; 1.0e-4 is a number to both.`,
    ),
  ]
}
