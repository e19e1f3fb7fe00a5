/** The numbers that an option takes. */
interface NumberRange {
  readonly isWhole?: boolean
  /** The least; 0 by default. */
  readonly from?: number
  /** True if `from` itself is too small. */
  readonly isAbove?: boolean
  /** The largest; any finite number by default, and any exact one if it is whole. */
  readonly to?: number
}

/** Whole numbers that JavaScript does not round. */
export const whole = { isWhole: true, from: 0 } as const
export const positiveWhole = { isWhole: true, from: 1 } as const
export const seedRange = { isWhole: true, from: 0, to: 2 ** 32 - 1 } as const
export const positive = { from: 0, isAbove: true } as const
/** Seconds that a timer of Node.js can wait for; one that is set to more ends at once. */
export const seconds = { from: 0, to: 2_147_483 } as const
/** More threads than any machine has room for. */
export const workerCount = { isWhole: true, from: 0, to: 10_000 } as const

/**
 * Describes an option that takes a number, for yargs, which takes any text for one. Whatever the number is used for, another
 * is refused here, as wrong usage.
 *
 * @param name of the option, as messages show it
 */
export function numberOption<Rest extends object>(name: string, range: NumberRange, rest: Rest) {
  // Given twice it is an array, which is refused elsewhere.
  const coerce = (value: unknown) => {
    if (typeof value === 'number' && !isIn(value, range)) {
      throw new Error(`--${name} ${value}: expected ${described(range)}`)
    }
    return value
  }
  return { type: 'number', requiresArg: true, coerce: coerce as (value: number) => number, ...rest } as const
}

function isIn(value: number, { isWhole = false, from = 0, isAbove = false, to = Infinity }: NumberRange): boolean {
  const isNumber = isWhole ? Number.isSafeInteger(value) : Number.isFinite(value)
  return isNumber && value <= to && (isAbove ? value > from : value >= from)
}

function described({ isWhole = false, from = 0, isAbove = false, to }: NumberRange): string {
  const kind = isWhole ? 'a whole number' : 'a number'
  return `${kind} ${isAbove ? 'above' : 'from'} ${from}${to === undefined ? '' : ` to ${to}`}`
}
