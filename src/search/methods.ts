import { nsga2 } from './nsga2.ts'
import { random } from './random.ts'
import type { SearchMethod } from './search.ts'
import { sobol } from './sobol.ts'
import { tpe } from './tpe.ts'

/** Those whose points are chosen one after another, by their names in a sweep file; `grid` is planned as a whole. */
export const methods: Readonly<Record<string, SearchMethod>> = { random, sobol, tpe, bayes: tpe, nsga2 }

/** True where a point depends on what came of those before it. */
export function learns(method: string): boolean {
  return method !== 'grid' && method !== 'random' && method !== 'sobol'
}
