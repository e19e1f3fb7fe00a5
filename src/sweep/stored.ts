import { z } from 'zod'

import { SwathError } from '../errors.ts'
import type { DeclaredMetrics } from '../metrics/catalogue.ts'
import { reductions } from '../metrics/reduction.ts'
import type { Constraint } from '../search/constraint.ts'
import { stoppingRule } from '../stopping/early-terminate.ts'
import type { StoppingRule } from '../stopping/rule.ts'
import { constraintsOf } from './check-search.ts'
import { storedSettings, type SweepDefinition } from './definition.ts'
import { parameterNames } from './space.ts'

/** What a store keeps of a sweep. */
interface StoredRow {
  readonly name?: string
  readonly definition: string
}

const objective = z.looseObject({
  ...{ name: z.string(), goal: z.enum(['minimize', 'maximize']), reduction: z.enum(reductions).optional() },
})

/** A sweep that was not created from a file may lack keys: those have the defaults of a file. */
const definitionSchema = z.looseObject({
  program: z.string().default(''),
  command: z.array(z.string()).optional(),
  program_sha256: z.string().nullable().default(null),
  method: z.string().default('grid'),
  dataset: z.looseObject({}).nullable().default(null),
  parameters: z.record(z.string(), z.looseObject({})).default({}),
  seed: z.number().default(0),
  repeat: z.int().positive().default(1),
  objectives: z.array(objective).optional(),
  impute: z.looseObject({}).optional(),
  warm_start: z.array(z.string()).optional(),
  constraints: z.array(z.string()).optional(),
  early_terminate: z.looseObject({ type: z.string() }).optional(),
})

/** What a sweep was created with. @throws SwathError('store') for a text that is no definition */
export function storedDefinition({ name = 'a sweep', definition }: StoredRow): SweepDefinition {
  const parsed = definitionSchema.safeParse(parsedJson(definition))
  if (parsed.success) return parsed.data as unknown as SweepDefinition
  const [issue] = parsed.error.issues
  throw new SwathError(
    'store',
    `the definition of ${name} is damaged: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    {
      hint: '`swath doctor` examines the store',
    },
  )
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What decides how the results of a sweep are read. */
export interface ReadingRules extends DeclaredMetrics {
  readonly constraints: readonly Constraint[]
  /** Names of all parameters that its points may have. */
  readonly parameters: ReadonlySet<string>
  /** Seeds per point. */
  readonly repeat: number
}

export function readingRules(row: StoredRow & { readonly settings: string }): ReadingRules {
  const { constraints, parameters, repeat } = storedDefinition(row)
  const { objectives, reductions: declared } = storedSettings(row)
  return {
    ...{ objectives, reductions: declared, repeat },
    constraints: constraintsOf({ constraints }),
    parameters: new Set(parameterNames(parameters)),
  }
}

/** The rule that ends trials of a sweep early, if it has one. */
export function stoppingRuleOf(row: StoredRow): StoppingRule | undefined {
  const { early_terminate: early } = storedDefinition(row)
  return early && stoppingRule(early)
}
