import { printable } from './printable.ts'

/** A literal of a whole number: decimal, hexadecimal or octal. */
const whole = /^([-+]?)(\d+|0x[\da-f]+|0o[0-7]+)$/i

/**
 * Returns why JavaScript has no number that is what a literal says, if it has none: a whole number that would be rounded, or
 * be written with other digits when it goes to a program, and a number that is too large or too small.
 */
export function whyInexact(literal: string): string | undefined {
  const [, sign, digits] = whole.exec(literal) ?? []
  // No more than 309 digits are finite: of a million, a whole number of any size takes a second.
  if (digits !== undefined && Number.isFinite(Number(digits))) {
    const value = Number(digits)
    if (Number.isSafeInteger(value)) return undefined
    if (/^\d+$/.test(String(value)) && BigInt(String(value)) === BigInt(digits)) return undefined
    const { MAX_SAFE_INTEGER: most } = Number
    return `${sign ?? ''}${digits} would be rounded to another number: whole numbers are exact up to ${most}; write it in quotes to pass it on as text`
  }
  const value = Number(literal)
  if (Math.abs(value) === Infinity && /\d/.test(literal)) {
    return `${printable(literal)} is too large for a number; the largest is ${Number.MAX_VALUE}`
  }
  const isZero = !/[1-9]/.test(literal.replace(/e.*$/i, ''))
  if (value === 0 && !isZero)
    return `${printable(literal)} would be rounded to 0: the smallest number is ${Number.MIN_VALUE}`
  return undefined
}
