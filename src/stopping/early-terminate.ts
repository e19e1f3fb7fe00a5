import { z } from 'zod'

import { asha, ashaSchema } from './asha.ts'
import { hyperband, hyperbandSchema } from './hyperband.ts'
import { median, medianSchema } from './median.ts'
import { patience, patienceSchema } from './patience.ts'
import type { Objective, StoppingRule } from './rule.ts'
import { threshold, thresholdSchema } from './threshold.ts'

const schemas = {
  asha: ashaSchema,
  hyperband: hyperbandSchema,
  median: medianSchema,
  patience: patienceSchema,
  threshold: thresholdSchema,
}

/** The key of a sweep file. */
export const earlyTerminateSchema = z
  .discriminatedUnion('type', [ashaSchema, hyperbandSchema, medianSchema, patienceSchema, thresholdSchema])
  .describe('Which trials are not trained to their end.')

export type EarlyTerminate = z.infer<typeof earlyTerminateSchema>

/** With all that decides who is stopped: part of what makes a sweep the same sweep. */
export type StoppingDefinition = EarlyTerminate & { readonly objectives: readonly Objective[] }

export const stoppingRules = Object.keys(schemas) as (keyof typeof schemas)[]

/** The keys that a rule takes, for messages. */
export function keysOfRule(type: unknown): string[] {
  const known = stoppingRules.find((name) => name === type)
  return known === undefined ? ['type'] : Object.keys(schemas[known].shape)
}

/** What a rule compares by: its own metric, or what the sweep looks for. */
export function objectivesOf(early: EarlyTerminate, ofSweep: readonly Objective[]): readonly Objective[] {
  // A rule compares reports, not what they are reduced to.
  const reported = ofSweep.map(({ name, goal }) => ({ name, goal }))
  if (early.type !== 'threshold' || early.metric === undefined)
    return early.type === 'threshold' ? reported.slice(0, 1) : reported
  return [{ name: early.metric, goal: early.above === undefined ? 'maximize' : 'minimize' }]
}

export function stoppingRule(definition: StoppingDefinition): StoppingRule {
  const { objectives } = definition
  switch (definition.type) {
    case 'asha':
      return asha(definition, objectives)
    case 'hyperband':
      return hyperband(definition, objectives)
    case 'median':
      return median(definition, objectives)
    case 'patience':
      return patience(definition, objectives)
    case 'threshold':
      return threshold(definition, objectives)
  }
}
