import { createRoute, z } from '@hono/zod-openapi'
import type { Context, Env } from 'hono'

import { analysisFigure } from '../../figures/analysis.ts'
import { Choice } from '../../figures/choice.ts'
import { curvesFigure } from '../../figures/curves.ts'
import { heatmapFigure } from '../../figures/heatmap.ts'
import { parallelFigure } from '../../figures/parallel.ts'
import { paretoFigure } from '../../figures/pareto.ts'
import { trialTable } from '../../figures/trial-table.ts'
import { findSweep } from '../../store/find-sweep.ts'
import { clientSignal } from '../client-signal.ts'
import type { ServerContext } from '../context.ts'
import { answers, routes, sweepName } from './route.ts'

const goal = z.enum(['minimize', 'maximize'])
const value = z.union([z.number(), z.string()])
const cell = value.nullable()
const where = z
  .string()
  .optional()
  .openapi({ description: "Chooses trials: SQL over the columns of the sweep's view.", example: 'depth >= 2' })
const list = z.string().transform((text) => text.split(',').filter((name) => name !== ''))

const pareto = z
  .object({
    ...{ x: z.string(), y: z.string(), xGoal: goal, yGoal: goal, color: z.string().optional() },
    total: z.number().int().openapi({ description: 'Points with a value on both axes.' }),
    frontOver: z.array(z.string()).readonly().openapi({ description: 'What the front is over: columns.' }),
    points: z
      .array(
        z.object({
          ...{ trial: z.number().int(), x: z.number(), y: z.number(), color: cell },
          ...{ isOnFront: z.boolean(), isFeasible: z.boolean(), isChosen: z.boolean(), stands: z.number().int() },
        }),
      )
      .readonly(),
  })
  .openapi('ParetoFigure')

const curves = z
  .object({
    ...{ metric: z.string(), trials: z.number().int() },
    curves: z
      .array(
        z.object({
          ...{ trial: z.number().int(), state: z.string(), label: z.string() },
          ...{ epochs: z.array(z.number().int()).readonly(), values: z.array(z.number()).readonly() },
        }),
      )
      .readonly(),
  })
  .openapi('CurvesFigure')

const parallel = z
  .object({
    axes: z
      .array(
        z.object({
          ...{ name: z.string(), isNumber: z.boolean() },
          extent: z
            .array(value)
            .readonly()
            .openapi({ description: 'Over all points: the least and the greatest number, or each name.' }),
        }),
      )
      .readonly(),
    points: z.number().int().openapi({ description: 'Points that are chosen.' }),
    lines: z
      .array(z.object({ trial: z.number().int(), isChosen: z.boolean(), values: z.array(cell).readonly() }))
      .readonly(),
  })
  .openapi('ParallelFigure')

const heatmap = z
  .object({
    ...{ x: z.string(), y: z.string(), value: z.string() },
    cells: z
      .array(
        z.object({
          ...{ x: value, y: value },
          xs: z.tuple([value, value]).readonly().openapi({ description: 'The least and the greatest of its points.' }),
          ys: z.tuple([value, value]).readonly(),
          value: z.number().openapi({ description: 'The mean of those chosen, of all where none is.' }),
          ...{ points: z.number().int(), isChosen: z.boolean() },
        }),
      )
      .readonly(),
  })
  .openapi('HeatmapFigure')

const table = z
  .object({
    columns: z.array(z.string()).readonly(),
    rows: z.array(z.array(cell).readonly()).readonly(),
    total: z.number().int(),
  })
  .openapi('TrialTable')

const analysis = z
  .object({
    importances: z
      .array(
        z.object({
          ...{ objective: z.string(), points: z.number().int(), best: z.number().int() },
          parameters: z.array(z.object({ name: z.string(), importance: z.number() })).readonly(),
        }),
      )
      .readonly(),
    hypervolume: z.array(z.object({ points: z.number().int(), hypervolume: z.number() })).readonly(),
    reference: z.record(z.string(), z.number()),
    withoutObjective: z.number().int().openapi({ description: 'Completed trials that lack an objective.' }),
    noneFeasible: z.boolean().openapi({ description: 'No point satisfies the constraints: they are ignored.' }),
  })
  .openapi('Analysis')

/** What is seen of a sweep: each answer is as large as what can be seen, however many trials there are. */
export function figuresRoutes({ store }: ServerContext) {
  const app = routes()
  const choiceOf = async (context: Context<Env, '/sweeps/{name}'>, chosen: string | undefined) =>
    Choice.of(store, await findSweep(store, context.req.param('name')), {
      where: chosen,
      signal: clientSignal(context),
    })

  app.openapi(
    createRoute({
      ...{
        method: 'get',
        path: '/sweeps/{name}/pareto',
        summary: 'Points and their front',
        tags: ['figures'],
      },
      request: {
        params: sweepName,
        query: z.object({
          ...{ x: z.string(), y: z.string(), xGoal: goal.default('minimize'), yGoal: goal.default('maximize') },
          ...{ color: z.string().optional(), where },
        }),
      },
      responses: answers(pareto, 'All of the front, and of the others what can be told apart'),
    }),
    async (context) => {
      const { where: chosen, ...options } = context.req.valid('query')
      return context.json(await paretoFigure(await choiceOf(context, chosen), options), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps/{name}/curves', summary: 'A metric by epoch', tags: ['figures'] },
      request: {
        params: sweepName,
        query: z.object({
          ...{ metric: z.string(), goal: goal.default('maximize'), where },
          most: z.coerce.number().int().min(1).max(500).default(100),
        }),
      },
      responses: answers(curves, 'Running trials first, then the best'),
    }),
    async (context) => {
      const { where: chosen, ...options } = context.req.valid('query')
      return context.json(await curvesFigure(await choiceOf(context, chosen), options), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{
        method: 'get',
        path: '/sweeps/{name}/parallel',
        summary: 'Parameters and what they came to',
        tags: ['figures'],
      },
      request: {
        params: sweepName,
        query: z.object({
          axes: list.openapi({ type: 'string', example: 'depth,width,val_accuracy' }),
          ...{ goal: goal.default('maximize'), where },
          most: z.coerce.number().int().min(1).max(2_000).default(500),
        }),
      },
      responses: answers(parallel, 'A line a point: the chosen ones first, then the best'),
    }),
    async (context) => {
      const { where: chosen, ...options } = context.req.valid('query')
      return context.json(await parallelFigure(await choiceOf(context, chosen), options), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps/{name}/heatmap', summary: 'A metric over two columns', tags: ['figures'] },
      request: {
        params: sweepName,
        query: z.object({ x: z.string(), y: z.string(), value: z.string(), where }),
      },
      responses: answers(heatmap, 'The mean of each cell'),
    }),
    async (context) => {
      const { where: chosen, ...options } = context.req.valid('query')
      return context.json(await heatmapFigure(await choiceOf(context, chosen), options), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps/{name}/trials', summary: 'Trials as a table', tags: ['figures'] },
      request: {
        params: sweepName,
        query: z.object({
          columns: list.optional().openapi({ type: 'string', example: 'trial_id,depth,val_accuracy' }),
          ...{ sort: z.string().optional(), where },
          descending: z.stringbool().default(false).openapi({ type: 'boolean' }),
          rows: z.enum(['trial', 'point']).default('trial').openapi({ description: 'A row per trial or per point.' }),
          group: z.string().optional().openapi({ description: 'A row a value of this column, with means.' }),
          offset: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
        }),
      },
      responses: answers(table, 'A part of them'),
    }),
    async (context) => {
      const { where: chosen, ...options } = context.req.valid('query')
      return context.json(await trialTable(await choiceOf(context, chosen), options), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps/{name}/analysis', summary: 'What matters, and how the front came about' },
      ...{ tags: ['figures'], request: { params: sweepName } },
      responses: answers(analysis, 'Importances (PED-ANOVA) and the hypervolume over time'),
    }),
    async (context) =>
      context.json(await analysisFigure(store, await findSweep(store, context.req.valid('param').name)), 200),
  )
  return app
}
