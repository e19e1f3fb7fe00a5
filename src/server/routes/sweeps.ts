import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { createRoute, z } from '@hono/zod-openapi'

import { SweepList } from '../../figures/sweep-list.ts'
import { packageRoot } from '../../package-root.ts'
import { sweepStates } from '../../store/sweep-state.ts'
import { checkSweepText } from '../../sweep/check-text.ts'
import type { ServerContext } from '../context.ts'
import { bodyOf, exactNumbers } from '../guards/limits.ts'
import { acceptProgram, accepting, answers, jsonBody, routes, startedSchema } from './route.ts'

const progress = z
  .object({
    ...{ trials: z.number().int(), completed: z.number().int(), running: z.number().int(), queued: z.number().int() },
    ...{ failed: z.number().int(), cancelled: z.number().int(), stopped: z.number().int() },
  })
  .openapi('Progress')

export const sweepSummary = z
  .object({
    ...{ id: z.number().int(), name: z.string(), method: z.string(), program: z.string() },
    created_at: z.string(),
    state: z.enum(sweepStates),
    progress,
    objective: z.object({ name: z.string(), goal: z.enum(['minimize', 'maximize']) }).nullable(),
    best: z.number().nullable().openapi({ description: 'The mean of the objective at the best point.' }),
    best_se: z.number().nullable().openapi({ description: 'Its standard error; null for a single seed.' }),
    spark: z.array(z.tuple([z.number(), z.number()])).openapi({ description: 'Points of the front, in [0, 1].' }),
  })
  .openapi('SweepSummary')

const sweepText = z.object({ source: z.string().openapi({ description: 'A sweep file, YAML.' }) })

const newSweep = sweepText.extend({
  new: z.boolean().default(false).openapi({ description: 'Start another sweep, even if the name has one.' }),
  acceptProgram: acceptProgram.openapi({ description: 'Go on though the program has changed.' }),
  enqueue: z.array(z.record(z.string(), z.unknown())).default([]).openapi({ description: 'Points to train first.' }),
})

const mistake = z
  .object({ line: z.number().int(), column: z.number().int(), message: z.string() })
  .openapi('SweepFileMistake')

const checked = z
  .object({
    mistakes: z.array(mistake),
    notes: z
      .array(z.string())
      .readonly()
      .openapi({ description: 'What may mean something else than its author thinks.' }),
    name: z.string().nullable(),
    trials: z.number().int().nullable().openapi({ description: 'Of the plan; null of one that is made as it goes.' }),
  })
  .openapi('CheckedSweepFile')

export function sweepsRoutes({ store, runs }: ServerContext) {
  const list = new SweepList(store)
  const app = routes()
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps', summary: 'All sweeps, the newest first', tags: ['sweeps'] },
      responses: answers(z.array(sweepSummary), 'What there is'),
    }),
    async (context) => context.json(await list.read(), 200),
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sweeps', summary: 'Run a sweep file', tags: ['sweeps'] },
      ...{ middleware: [bodyOf('text'), exactNumbers], request: { body: jsonBody(newSweep) } },
      responses: answers(startedSchema, 'It has begun, as after `swath run`'),
    }),
    async (context) => {
      const { source, new: isNew, enqueue, acceptProgram: accepts } = context.req.valid('json')
      checkSweepText(source, { refuses: true })
      const points = enqueue.flatMap((point) => ['--enqueue', JSON.stringify(point)])
      const options = [...(isNew ? ['--new'] : []), ...accepting(accepts), ...points]
      return context.json(await runs.start(['run', '/dev/stdin', ...options], source), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sweeps/check', summary: 'Check a sweep file', tags: ['sweeps'] },
      ...{ middleware: bodyOf('text'), request: { body: jsonBody(sweepText) } },
      responses: answers(checked, 'Its mistakes, or what it plans'),
    }),
    (context) => context.json(checkSweepText(context.req.valid('json').source), 200),
  )
  app.get('/sweep-schema', (context) => {
    context.header('content-type', 'application/schema+json')
    return context.body(readFileSync(join(packageRoot, 'sweeps', 'schema.json'), 'utf8'))
  })
  return app
}
