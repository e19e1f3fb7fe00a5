/** What Python's json writes for numbers that JSON has no word for; a text in quotes comes first and is left alone. */
const textOrNonFinite = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g
const mark = '\u0000'

/**
 * The metrics in a line of output: a JSON object with at least one number in it. Its entries that are no numbers are left
 * out, but for `epoch`, which the report's check complains of. Undefined for any other line.
 */
export function parseMetrics(line: string): Readonly<Record<string, number>> | undefined {
  const text = line.trim()
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined
  const parsed = parseObject(text)
  if (parsed === undefined) return undefined
  const isNumber = ([, value]: [string, unknown]) => typeof value === 'number'
  const entries = Object.entries(parsed)
  if (!entries.some(isNumber)) return undefined
  return Object.fromEntries(entries.filter((entry) => entry[0] === 'epoch' || isNumber(entry)))
}

function parseObject(text: string): object | undefined {
  return parse(text) ?? parse(withMarks(text))
}

function parse(text: string): object | undefined {
  try {
    return JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
    ) as object
  } catch {
    return undefined
  }
}

function withMarks(text: string): string {
  return text.replace(textOrNonFinite, (found) => (found.startsWith('"') ? found : JSON.stringify(mark + found)))
}
