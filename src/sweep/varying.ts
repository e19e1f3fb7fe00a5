import type { Parameters } from '../programs/program.ts'

/** Returns the parameters in which trials differ. `searchedParameters` are those in which the search space lets them differ. */
export function varyingParameters(trials: Iterable<{ readonly params: Parameters }>): string[] {
  const census = new ParameterCensus()
  for (const { params } of trials) census.add(params)
  return census.varying
}

/** Counts, trial by trial, which parameters there are and in which trials differ: a large sweep is not held as a whole. */
export class ParameterCensus {
  /** By name, the first trial's value as JSON; undefined where it has none. */
  readonly #first = new Map<string, string | undefined>()
  readonly #varying = new Set<string>()
  #isFirst = true

  add(params: Parameters): void {
    for (const name of Object.keys(params)) {
      if (!this.#first.has(name)) this.#first.set(name, this.#isFirst ? JSON.stringify(params[name]) : undefined)
    }
    this.#isFirst = false
    for (const [name, value] of this.#first) {
      if (!this.#varying.has(name) && JSON.stringify(params[name]) !== value) this.#varying.add(name)
    }
  }

  get names(): string[] {
    return [...this.#first.keys()]
  }

  /** What all trials have in common need not be shown with each. */
  get varying(): string[] {
    return this.names.filter((name) => this.#varying.has(name))
  }
}
