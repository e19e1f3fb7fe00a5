/** A comparison of two expressions, such as `depth * width <= 4096`. */
export interface Constraint {
  readonly text: string
  readonly left: Expression
  readonly comparison: '<=' | '<' | '>=' | '>' | '=='
  readonly right: Expression
}

export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'negative'; readonly of: Expression }
  | {
      readonly kind: 'binary'
      readonly operator: '+' | '-' | '*' | '/'
      readonly left: Expression
      readonly right: Expression
    }

/** What names stand for; undefined while unknown, or where a conditional parameter is not there. */
export type Values = (name: string) => unknown

/**
 * How far a point is from keeping to a constraint: above 0 it does not. Undefined while something in it is unknown; what is
 * known but no number breaks it altogether.
 */
export function violation({ left, comparison, right }: Constraint, valueOf: Values): number | undefined {
  const [a, b] = [evaluate(left, valueOf), evaluate(right, valueOf)]
  if (a === undefined || b === undefined) return undefined
  const excess = comparison === '==' ? Math.abs(a - b) : comparison.startsWith('<') ? a - b : b - a
  if (Number.isNaN(excess)) return Infinity
  // Where equality will not do, it is broken by as little as can be.
  const isStrict = comparison === '<' || comparison === '>'
  return isStrict && excess === 0 ? Number.MIN_VALUE : excess
}

/** Every name in it, once. */
export function namesIn({ left, right }: Constraint): string[] {
  return [...new Set([...namesOf(left), ...namesOf(right)])]
}

function evaluate(expression: Expression, valueOf: Values): number | undefined {
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'name': {
      const value = valueOf(expression.name)
      return value === undefined
        ? undefined
        : typeof value === 'number'
          ? value
          : typeof value === 'boolean'
            ? Number(value)
            : NaN
    }
    case 'negative': {
      const value = evaluate(expression.of, valueOf)
      return value === undefined ? undefined : -value
    }
    case 'binary': {
      const [a, b] = [evaluate(expression.left, valueOf), evaluate(expression.right, valueOf)]
      return a === undefined || b === undefined ? undefined : calculate(a, expression.operator, b)
    }
  }
}

function calculate(a: number, operator: '+' | '-' | '*' | '/', b: number): number {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  return operator === '*' ? a * b : a / b
}

function namesOf(expression: Expression): string[] {
  switch (expression.kind) {
    case 'number':
      return []
    case 'name':
      return [expression.name]
    case 'negative':
      return namesOf(expression.of)
    case 'binary':
      return [...namesOf(expression.left), ...namesOf(expression.right)]
  }
}
