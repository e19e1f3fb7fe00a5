import { statSync } from 'node:fs'
import { stringify } from 'yaml'
import type { ParameterValue } from '../programs/program.ts'
import type { Overrides } from './overrides.ts'
import { readSweep, type SweepFile } from './read.ts'
import { SweepSource } from './source.ts'

/** One trial, as a command line names it. */
export interface OneTrial {
  readonly name: string
  readonly program: string
  /** A data set known by name, or a folder. */
  readonly dataset: string | undefined
  readonly seed: number
  readonly cores: number
  /** Those that were not given are left out. */
  readonly parameters: Readonly<Record<string, ParameterValue | undefined>>
  readonly overrides: Overrides
}

/** The sweep file of a single trial. @throws SwathError('sweep-file') */
export function sweepOfOne({ name, program, dataset, seed, cores, parameters, overrides }: OneTrial): SweepFile {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const content = {
    ...{ name, program },
    ...(dataset === undefined ? {} : { dataset: isFolder(dataset) ? { path: dataset } : dataset }),
    ...{ method: 'grid', metric: { name: 'test_accuracy', goal: 'maximize' }, seed, resources: { cores } },
    // A sweep has one parameter at least.
    parameters:
      given.length === 0 ? { epochs: { value: 2 } } : Object.fromEntries(given.map(([key, value]) => [key, { value }])),
  }
  return readSweep(new SweepSource('swath train', stringify(content), { isTyped: true }), overrides)
}

function isFolder(dataset: string): boolean {
  return /[./\\]/.test(dataset) || (statSync(dataset, { throwIfNoEntry: false })?.isDirectory() ?? false)
}
