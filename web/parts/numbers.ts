/** A number for people: five digits that count, thousands apart. */
export function shownNumber(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en')
  const text =
    Math.abs(value) >= 1e-4 && Math.abs(value) < 1e7 ? String(Number(value.toPrecision(5))) : value.toExponential(3)
  return text
}

export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'number') return shownNumber(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function shownParameters(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${shownValue(value)}`)
    .join(', ')
}

export function shownPercent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

export function shownBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power] ?? ''}`
}
