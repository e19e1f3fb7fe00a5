import { z } from 'zod'
import { nearest } from '../nearest.ts'
import type { Parameters } from './program.ts'

/** Checks a point against a schema. @throws Error such as `depth: expected a whole number from 1 to 64, got 0` */
export function checkParameters<T extends z.ZodRawShape>(schema: z.ZodObject<T>, params: Parameters) {
  const result = schema.safeParse(params)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Error(
    issue === undefined ? 'expected other parameters' : messageOf(issue, Object.keys(schema.shape), params),
  )
}

export function wholeNumber(min: number, max: number) {
  const message = `expected a whole number from ${min} to ${max}`
  return z.number(message).refine((value) => Number.isInteger(value) && value >= min && value <= max, message)
}

export function positiveNumber() {
  const message = 'expected a number above 0'
  return z.number(message).refine((value) => value > 0 && value < Infinity, message)
}

export function numberFromZero() {
  const message = 'expected a number from 0'
  return z.number(message).refine((value) => value >= 0 && value < Infinity, message)
}

export function listOf<T extends z.ZodType>(item: T, max: number) {
  const message = `expected a list of 1 to ${max} items`
  return z.array(item, message).min(1, message).max(max, message)
}

/** A number from 0 up to, but not, 1. */
export function share() {
  const message = 'expected a number from 0 to below 1'
  return z.number(message).refine((value) => value >= 0 && value < 1, message)
}

function messageOf(issue: z.core.$ZodIssue, known: readonly string[], params: Parameters): string {
  if (issue.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys
    return `${name}: there is no such parameter; did you mean ${nearest(name, known)}?`
  }
  const name = issue.path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${String(part)}`))
    .join('')
  return `${name}: ${expected(issue)}, got ${got(issue.path, params)}`
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  return issue.message
}

/** What stands at a path, as it would be written in a sweep file. */
function got(path: readonly PropertyKey[], params: unknown): string {
  let value = params
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part]
  return typeof value === 'number' ? String(value) : value === undefined ? 'nothing' : JSON.stringify(value)
}
