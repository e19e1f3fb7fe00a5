import { z } from 'zod'

import { datasetSchema } from '../datasets/reference.ts'
import type { GrantedVariables } from '../credentials.ts'
import { keepPolicies } from '../artifacts/retention.ts'
import { reductions } from '../metrics/reduction.ts'
import { searchMethods } from '../search/search.ts'
import { earlyTerminateSchema } from '../stopping/early-terminate.ts'
import { budgetSchema, powerSchema } from './budget.ts'
import { duration } from './duration.ts'

/** The sweep file, key by key. It follows the W&B sweep schema; what swath adds says so. */

// PostgreSQL has no text with a NUL in it, and no command an argument.
const text = z.string().refine((value) => !value.includes('\0'), 'a text with \\0 in it cannot be kept')

export const parameterValue = z.union([
  text,
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([text, z.number(), z.boolean()])),
])

const parameterName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/, 'expected a name such as learning_rate')

/** W&B's, with the ones that it has given up. */
const distributions = [
  ...(['constant', 'categorical', 'categorical_w_probabilities', 'int_uniform', 'uniform', 'q_uniform'] as const),
  ...(['log_uniform_values', 'q_log_uniform_values', 'inv_log_uniform_values'] as const),
  ...(['normal', 'q_normal', 'log_normal', 'q_log_normal', 'beta', 'q_beta'] as const),
  ...(['log_uniform', 'q_log_uniform', 'inv_log_uniform'] as const),
] as const

const condition = z.union([
  parameterValue,
  z.strictObject({
    min: z.number().optional().describe('At least this.'),
    max: z.number().optional().describe('At most this.'),
  }),
])

const parameter = z
  .strictObject({
    value: parameterValue.optional().describe('One value, the same in every trial.'),
    values: z.array(parameterValue).min(1).optional().describe('The values to try.'),
    probabilities: z
      .array(z.number().min(0))
      .min(1)
      .optional()
      .describe('How likely each of `values` is, in sum 1; not for a grid.'),
    cases: z
      .array(z.record(parameterName, parameterValue))
      .min(1)
      .optional()
      .describe('(swath) Parameters that belong together: each case sets all of its own at once.'),
    min: z.number().optional().describe('The least value; with max, both included.'),
    max: z.number().optional().describe('The greatest value.'),
    q: z.number().positive().optional().describe('The step of a distribution whose name begins with q_; default 1.'),
    mu: z
      .number()
      .optional()
      .describe('The mean of a normal distribution, of the logarithm for log_normal; default 0.'),
    sigma: z.number().positive().optional().describe('Its standard deviation; default 1.'),
    a: z.number().positive().optional().describe('The first shape of a beta distribution; default 1.'),
    b: z.number().positive().optional().describe('The second one; default 1.'),
    distribution: z
      .enum(distributions)
      .optional()
      .describe('How values are drawn; a grid takes those that can be listed.'),
    when: z
      .record(parameterName, condition)
      .optional()
      .describe(
        '(swath) The parameter is there only where another one has this value, one of these, or lies between min and max.',
      ),
    get parameters(): z.ZodOptional<z.ZodRecord<typeof parameterName, typeof parameter>> {
      return nested
    },
  })
  .meta({
    id: 'parameter',
    description:
      'A parameter: `value`, `values`, `cases`, `min` and `max`, a distribution, or `parameters` of its own.',
  })

const goal = z.enum(['minimize', 'maximize']).default('minimize').describe('Which direction is better.')

const reduction = z
  .enum(reductions)
  .describe('(swath) The value of the metric in a trial: its last report, the best one, or the mean of all.')

const imputed = ['latest', 'best', 'worst'] as const

const metric = z.strictObject({
  name: z.string().min(1).describe('A metric that the program reports.'),
  goal,
  reduction: reduction.optional(),
  target: z.number().optional().describe('No further trial begins once one has reached this.'),
  impute: z
    .enum(imputed)
    .optional()
    .describe('What a trial that failed counts as, to a search: its latest or its best value, or one of the worst.'),
  impute_while_running: z
    .enum([...imputed, 'false'])
    .or(z.literal(false))
    .optional()
    .describe('The same of a trial that still trains.'),
})

const theirs = z.unknown().optional().describe('Of W&B’s server: read, and of no use here.')

const nested = z
  .record(parameterName, parameter)
  .optional()
  .describe('Parameters within it; a trial has them as `outer.inner`.')

const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a variable, such as WANDB_API_KEY')

const environmentSchema = z
  .union([z.array(variable), z.record(variable, z.union([text, z.number(), z.boolean(), z.null()]))])
  .transform((env): GrantedVariables => {
    const entries = Array.isArray(env) ? env.map((name) => [name, null] as const) : Object.entries(env)
    return Object.fromEntries(entries.map(([name, value]) => [name, value === null ? null : String(value)]))
  })
  .describe(
    '(swath) Variables of the environment of its programs: a list of names, whose values the host has, or names with values, which the store keeps; null takes the host’s. Programs inherit all variables of the host but the credentials of swath.',
  )

export const sweepFileSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^\P{Cc}{0,200}$/u, 'expected a name of one line, of at most 200 letters')
      .regex(/[\p{L}\p{N}]/u, 'expected a letter or a digit in it')
      .optional()
      .describe(
        'The name of the sweep, in any script; by default that of the file. On the command line it has letters, digits, ".", "_" and "-"; each other character becomes "-".',
      ),
    description: z.string().optional().describe('For people.'),
    program: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What a trial runs: `mlp`, a module of your own (./program.ts) that exports defineProgram({…}), or any script.',
      ),
    command: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .optional()
      .describe(
        'The command that a trial is, a word an item; ${env} ${interpreter} ${program} ${args} ${args_no_boolean_flags} ${args_no_hyphens} ${args_json} ${args_json_file} ${envvar:NAME} stand for others.',
      ),
    send: z
      .union([z.literal(false), z.array(z.string().min(1))])
      .default([])
      .describe(
        '(swath) Files and folders that belong to the program: an edit of one is noticed, and hosts that share the store are sent them; false if the program is on each host.',
      ),
    env: environmentSchema.prefault({}),
    method: z.enum(searchMethods).describe('How points are chosen.'),
    metric: metric.optional().describe('What the report ranks by.'),
    metrics: z.array(metric).min(2).optional().describe('W&B’s word for `objectives`.'),
    objectives: z
      .array(
        z.strictObject({
          name: z.string().min(1).describe('A metric that the program reports, `flops` or `parameter_count`.'),
          goal,
          reduction: reduction.optional(),
        }),
      )
      .min(1)
      .optional()
      .describe('(swath) What is searched for, in place of `metric`: the trade-offs between all of them.'),
    constraints: z
      .array(z.string().min(1).max(1_000))
      .optional()
      .describe(
        '(swath) What has to hold, such as `flops <= 1.2e6`: of parameters, flops and parameter_count before a trial is trained, of metrics after it.',
      ),
    reductions: z
      .record(z.string().min(1), reduction)
      .optional()
      .describe('(swath) By metric: how its reports within a trial become one value; `last` for any other.'),
    early_terminate: earlyTerminateSchema.optional(),
    parameters: z
      .record(parameterName, parameter)
      .refine((parameters) => Object.keys(parameters).length > 0, 'expected at least one parameter')
      .describe('The search space: a name and its values.'),
    dataset: z
      .union([z.string().min(1), datasetSchema])
      .optional()
      .describe('(swath) The data: mnist, or a folder of pictures or of IDX files.'),
    seed: z
      .int()
      .min(0)
      .max(2 ** 32 - 1)
      .default(0)
      .describe('(swath) All randomness comes from it: same seed, same bits.'),
    repeat: z.int().positive().default(1).describe('(swath) How many seeds each point is trained with.'),
    run_cap: z.int().positive().optional().describe('At most so many trials.'),
    max_trials: z
      .int()
      .positive()
      .default(100_000)
      .describe('(swath) A plan with more trials than this is refused; raise it if you mean it.'),
    budget: budgetSchema.optional(),
    power: powerSchema.prefault({}),
    warm_start: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .optional()
      .describe(
        '(swath) Sweeps of the same store whose completed trials a search begins with, as far as its space has them.',
      ),
    resources: z
      .strictObject({
        cores: z
          .int()
          .min(0)
          .default(1)
          .describe('Cores that each trial has to itself; 0 for trials that need none, so that any number share all.'),
        tags: z
          .array(z.string().regex(/^[\w.-]{1,100}$/))
          .default([])
          .describe('What a host has to have (swath worker --tags gpu,big), where hosts share the store.'),
      })
      .prefault({})
      .describe('(swath) What each trial gets.'),
    retries: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(1)
      .describe('(swath) How many times more a trial is tried that failed; one that diverged is not.'),
    stop_after_failures: z
      .union([z.literal(false), z.int().min(0).max(1_000_000)])
      .default(5)
      .describe(
        '(swath) The sweep ends when so many first trials fail the same way before any of them reports; 0 or false: it goes on.',
      ),
    timeout: z
      .union([duration, z.strictObject({ trial: duration.optional(), epoch: duration.optional() })])
      .optional()
      .describe('(swath) How long an attempt at a trial may take (90s, 10m, 2h), or { trial: 2h, epoch: 10m }.'),
    checkpoint: z
      .strictObject({
        every: z.int().min(0).default(1).describe('After every so many epochs; 0 for none but the trained model.'),
        keep: z.enum(keepPolicies).default('last').describe('Which ones stay: best is by `metric`.'),
      })
      .prefault({})
      .describe('(swath) What an interrupted trial goes on from.'),
    ...{ apiVersion: theirs, kind: theirs, project: theirs, entity: theirs, controller: theirs },
    ...{ job: theirs, image_uri: theirs },
    scheduler: z
      .looseObject({ engine: z.literal('wandb') })
      .optional()
      .describe('Of W&B’s server; an engine of one’s own is not run here.'),
  })
  .describe('A swath sweep file')

export type SweepFileContent = z.infer<typeof sweepFileSchema>
export type ParameterContent = z.infer<typeof parameter>

/** Keys of W&B's schema that only its server needs. */
export const serverKeys = [
  ...(['apiVersion', 'kind', 'project', 'entity', 'controller', 'job', 'image_uri', 'scheduler'] as const),
] as const

/** The file's JSON Schema, for editors. */
export function sweepFileJsonSchema(): object {
  return z.toJSONSchema(sweepFileSchema, { io: 'input' })
}
