import { formatCount, formatNumber } from '../../src/report/format.ts'

/** Returns a number for people: five significant digits, and all digits of a whole number below 10¹⁵. */
export function shownNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? formatCount(value) : formatNumber(value)
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

export function shownBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1)
  return `${(bytes / 1000 ** power).toPrecision(3)} ${units[power] ?? ''}`
}
