import { z } from 'zod'

import { studyPower } from '../inference/energy.ts'

/** What a sweep may cost in all. */
export const budgetSchema = z
  .strictObject({
    trials: z.int().positive().optional().describe('So many trials, like run_cap.'),
    hours: z.number().positive().optional().describe('Hours in which at least one of its trials trained.'),
    flops: z.number().positive().optional().describe('FLOPs of training, forward and backward.'),
    co2_g: z.number().positive().optional().describe('Grams of CO2 equivalent, estimated: see `power`.'),
  })
  .describe('(swath) No further trial begins once one of these is spent; raised, the sweep goes on.')

export type Budget = z.infer<typeof budgetSchema>

export const powerSchema = z
  .strictObject({
    cpu_watts: z.number().positive().default(studyPower.cpuWatts).describe("Of a host's processor while it trains."),
    ram_watts: z.number().min(0).default(studyPower.ramWatts).describe('Of its memory.'),
    grams_per_kwh: z
      .number()
      .positive()
      .default(studyPower.gramsPerKwh)
      .describe('CO2 equivalent of a kilowatt-hour where the hosts stand.'),
  })
  .describe('(swath) What budget.co2_g is estimated with: nothing measures it.')
