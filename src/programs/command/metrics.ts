import { stripVTControlCharacters } from 'node:util'

import { holdsNumber } from '../../workers/report-values.ts'

/** Strings, and the numbers that JSON.parse refuses (NaN, as Python writes it) or may round. */
const tokens = /"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|inf|NaN|nan)\b|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g
const unusual = /Infinity|NaN|nan|inf|\d{16}/

export interface MetricLine {
  readonly entries: object
  /** Names that an object of the line has more than once: JSON.parse takes the last. */
  readonly repeated: readonly string[]
}

/** Reads a line of output that is a JSON object with a number in it; undefined for any other line, which is log. */
export function parseMetrics(line: string): MetricLine | undefined {
  const text = withoutColours(line).trim()
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined
  const entries = parse(unusual.test(text) ? text.replaceAll(tokens, asText) : text)
  if (entries === undefined || !holdsNumber(entries)) return undefined
  return { entries, repeated: repeatedNames(text) }
}

/** Says why a line that looks like a report is none, if it does. */
export function nearMiss(line: string): string | undefined {
  const text = withoutColours(line).trim()
  if (text.includes('\0')) return 'is not UTF-8'
  if (/^\{\s*'.*\d.*\}$/.test(text)) return 'has single quotes, where JSON has double ones (json.dumps writes them)'
  if (/^[^{"]+\{\s*"[^"]*"\s*:.*\d.*\}$/.test(text)) return 'has text before its JSON object'
  if (/^\{\s*"[^"]*"\s*:.*\d.*\}.+$/.test(text)) return 'has text after its JSON object'
  return undefined
}

/** A line may have many megabytes, and rarely has colours. */
function withoutColours(line: string): string {
  return line.includes('\x1b') ? stripVTControlCharacters(line) : line
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}

/** The report's reader makes numbers of text, and says which are rounded. */
function asText(token: string): string {
  return token.startsWith('"') || !(/[IinN]/.test(token) || /^-?\d{16,}$/.test(token)) ? token : `"${token}"`
}

function repeatedNames(text: string): string[] {
  const repeated = new Set<string>()
  const open: { readonly path: string; readonly names: Set<string> }[] = []
  let last = ''
  for (const [token, name] of text.matchAll(/"((?:[^"\\]|\\.)*)"(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}]/g)) {
    const object = open.at(-1)
    if (token === '{') open.push({ path: object === undefined ? '' : `${last}.`, names: new Set() })
    else if (token === '}') open.pop()
    else if (name !== undefined && object !== undefined) {
      last = object.path + name
      if (object.names.has(name)) repeated.add(last)
      object.names.add(name)
    }
  }
  return [...repeated]
}
