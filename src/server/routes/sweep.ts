import { createRoute, z } from '@hono/zod-openapi'

import { objectivesOf } from '../../metrics/catalogue.ts'
import type { Goal } from '../../metrics/goal.ts'
import { sweepMetrics } from '../../store/sweep-metrics.ts'
import { chooseAxes } from '../../results/axes.ts'
import { columnOf } from '../../figures/column.ts'
import { sweepColumns } from '../../figures/sweep-columns.ts'
import { liveCoordinator } from '../../store/coordinators.ts'
import { findSweep } from '../../store/find-sweep.ts'
import { sweepState, trialCounts } from '../../store/sweep-state.ts'
import { cancelSweep, progressOf } from '../../store/sweeps.ts'
import { storedDefinition } from '../../sweep/stored.ts'
import type { ServerContext } from '../context.ts'
import { acceptProgramInQuery, accepting, answers, routes, startedSchema, sweepName } from './route.ts'
import { sweepSummary } from './sweeps.ts'

const axis = z.object({ name: z.string(), goal: z.enum(['minimize', 'maximize']) })

const sweep = z
  .object({
    ...{ id: z.number().int(), name: z.string(), description: z.string().nullable(), method: z.string() },
    ...{ program: z.string(), seed: z.number().int(), created_at: z.string(), source: z.string() },
    state: sweepSummary.shape.state,
    progress: sweepSummary.shape.progress,
    objectives: z.array(axis).openapi({ description: 'Columns of what trials are judged by, declared or usual.' }),
    repeat: z.number().int().openapi({ description: 'Seeds per point.' }),
    axes: z.array(axis).openapi({ description: 'What is plotted unless something else is asked for: x, then y.' }),
    columns: z.array(
      z.object({
        ...{ name: z.string(), source: z.enum(['trial', 'parameter', 'metric']) },
        of: z.string().openapi({ description: 'The parameter or metric that it holds.' }),
        goal: z.enum(['minimize', 'maximize']),
        ...{ isNumber: z.boolean(), varies: z.boolean() },
      }),
    ),
  })
  .openapi('Sweep')

const cancelled = z.object({ cancelled: z.number().int() }).openapi('Cancelled')

export function sweepRoutes({ store, runs }: ServerContext) {
  const app = routes()
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps/{name}', summary: 'One sweep', tags: ['sweeps'] },
      request: { params: sweepName },
      responses: answers(sweep, 'What it is, and what there is to plot'),
    }),
    async (context) => {
      const row = await findSweep(store, context.req.valid('param').name)
      const counts = trialCounts(await progressOf(store.db, row.id))
      const isRunning = (await liveCoordinator(store.db, row.id, store.now())) !== undefined
      const columns = await sweepColumns(store, row)
      const named = (name: string, goal: Goal) => {
        const column = columnOf(columns, name)
        return column === undefined ? [] : [{ name: column.name, goal }]
      }
      const axes = (await chooseAxes(store, row, {})).flatMap(({ key, goal }) => named(key, goal))
      const objectives = objectivesOf(await sweepMetrics(store.db, row.id))
      const { id, name, description, method, program, seed, created_at, source } = row
      return context.json(
        {
          ...{ id, name, description, method, program, seed, created_at, source },
          state: sweepState(counts, isRunning),
          progress: counts,
          objectives: objectives.flatMap(({ name, goal }) => named(name, goal)),
          repeat: storedDefinition(row).repeat,
          ...{ axes, columns },
        },
        200,
      )
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sweeps/{name}/cancel', summary: 'Cancel what is not trained yet', tags: ['sweeps'] },
      request: { params: sweepName },
      responses: answers(cancelled, 'As after `swath cancel`'),
    }),
    async (context) => {
      const row = await findSweep(store, context.req.valid('param').name)
      const { cancelled } = await cancelSweep(store.db, row.id, store.now())
      return context.json({ cancelled }, 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sweeps/{name}/resume', summary: 'Go on with a sweep', tags: ['sweeps'] },
      request: { params: sweepName, query: z.object({ acceptProgram: acceptProgramInQuery }) },
      responses: answers(startedSchema, 'As after `swath resume`'),
    }),
    async (context) => {
      const { name } = await findSweep(store, context.req.valid('param').name)
      const { acceptProgram: accepts } = context.req.valid('query')
      return context.json(await runs.start(['resume', name, ...accepting(accepts)]), 200)
    },
  )
  return app
}
