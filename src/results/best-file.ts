import { isAbsolute, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import { Document, isCollection, isScalar, visit } from 'yaml'

import type { Parameters } from '../programs/program.ts'
import type { SweepRow } from '../store/schema.ts'
import { storedSettings, type SweepSettings } from '../sweep/definition.ts'
import { storedDefinition } from '../sweep/stored.ts'
import { sweepFileSchema } from '../sweep/schema.ts'
import { parseYaml } from '../sweep/yaml.ts'

/**
 * A sweep file of one point alone: it trains the same trials again, to the same bits. What chose points or ended trials
 * early is left out.
 * @param folder where it will lie: its paths start from there
 */
export function bestFile(
  sweep: Pick<SweepRow, 'name' | 'definition' | 'settings' | 'source'>,
  params: Parameters,
  { folder, about }: { readonly folder: string; readonly about: string },
): string {
  const definition = storedDefinition(sweep)
  const { program, command, seed, repeat } = definition
  const settings = storedSettings(sweep)
  const { retries, timeout, checkpoint, coresPerTrial: cores } = settings
  const tags = [...settings.tags]
  const written = (sweep.source === '' ? {} : parseYaml(sweep.source).toJS()) as Readonly<Record<string, unknown>>
  const document = new Document({
    ...{ name: `${sweep.name}-best`, description: about },
    ...(command === undefined || written.program !== undefined ? { program: pathOf(settings, program, folder) } : {}),
    ...(command && { command }),
    ...(written.send === undefined ? {} : { send: written.send }),
    ...(settings.dataset && { dataset: datasetIn(settings.dataset, folder) }),
    method: 'grid',
    ...goalsOf(settings),
    ...(Object.keys(settings.reductions).length > 0 && { reductions: settings.reductions }),
    seed,
    ...(repeat > 1 && { repeat }),
    ...changed({ resources: { cores, tags }, retries, checkpoint }),
    ...timeoutsOf(timeout),
    parameters: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, { value }])),
  })
  visit(document, {
    Pair: (_, { key, value }, path) => {
      const isParameters = path.length === 2 && isScalar(key) && key.value === 'parameters'
      if (isCollection(value) && !isParameters) value.flow = true
    },
  })
  return document.toString({ lineWidth: 0 })
}

const defaults = sweepFileSchema.pick({ resources: true, retries: true, checkpoint: true }).parse({})

/** What is not as it is without being said. */
function changed(how: typeof defaults): object {
  return Object.fromEntries(
    Object.entries(how).filter(([key, value]) => !isDeepStrictEqual(value, defaults[key as keyof typeof defaults])),
  )
}

/** A module or a script lies where it lay; a program that comes with swath has no place. */
function pathOf({ program }: SweepSettings, name: string, folder: string): string {
  if ('builtin' in program) return name
  const path = 'module' in program ? program.module : program.script
  return path === null ? name : within(folder, path)
}

function datasetIn(dataset: NonNullable<SweepSettings['dataset']>, folder: string): unknown {
  if (dataset.path !== undefined) return { ...dataset, path: within(folder, dataset.path) }
  return Object.keys(dataset).length === 1 ? dataset.name : dataset
}

function within(folder: string, path: string): string {
  const way = relative(folder, path)
  return way.startsWith('..') || isAbsolute(way) ? way : `./${way}`
}

function goalsOf({ objectives }: SweepSettings): object {
  const [metric] = objectives
  if (metric === undefined) return {}
  return objectives.length === 1 ? { metric } : { objectives }
}

function timeoutsOf({ trial, epoch }: SweepSettings['timeout']): object {
  if (trial === null && epoch === null) return {}
  return { timeout: { ...(trial !== null && { trial: `${trial}s` }), ...(epoch !== null && { epoch: `${epoch}s` }) } }
}
