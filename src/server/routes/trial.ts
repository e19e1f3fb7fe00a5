import { basename } from 'node:path'

import { createRoute, z } from '@hono/zod-openapi'

import { bestFile } from '../../results/best-file.ts'
import { usingArtifacts } from '../../artifacts/open-shared.ts'
import { SwathError } from '../../errors.ts'
import { trialEventKinds, trialRecord } from '../../figures/trial-record.ts'
import { findTrial } from '../../store/find-trial.ts'
import type { ServerContext } from '../context.ts'
import {
  acceptProgramInQuery,
  accepting,
  answers,
  parametersSchema,
  routes,
  startedSchema,
  trialNumber,
} from './route.ts'
import { storedParameters } from '../../store/trial-parameters.ts'

const text = z.string().nullable()
const whole = z.number().int().nullable()
export const trialStates = ['queued', 'running', 'completed', 'stopped', 'failed', 'cancelled'] as const

const attempt = z.object({
  ...{ attempt: z.number().int(), state: z.enum([...trialStates, 'interrupted', 'lost']), host: z.string() },
  ...{ worker: z.number().int(), resumed_epoch: z.number().int(), started_at: z.string(), finished_at: text },
  runtime: z
    .record(z.string(), z.unknown())
    .nullable()
    .openapi({ description: 'The library and the processor that its bits depend on; null for a command.' }),
  ...{ program_sha256: text, exit_code: whole, signal: text, error: text, stack: text },
})

const artifact = z.object({
  ...{ id: z.number().int(), kind: z.enum(['checkpoint', 'best', 'folder']), epoch: whole, name: z.string() },
  ...{ bytes: z.number().int(), sha256: z.string() },
})

const trialSchema = z
  .object({
    ...{ id: z.number().int(), sweep: z.string(), number: z.number().int(), state: z.enum(trialStates) },
    params: parametersSchema,
    ...{ seed: z.number().int(), repeat: z.number().int(), parent_id: whole, children: z.array(z.number().int()) },
    ...{ parameter_count: whole, flops: whole, weights_sha256: text, error: text, stop_reason: text, host: text },
    worker: whole,
    planned_at: text.openapi({ description: 'Since when it waited; null where that is not written down.' }),
    ...{ started_at: text, finished_at: text },
    metrics: z.array(z.object({ epoch: z.number().int(), name: z.string(), value: z.number() })),
    attempts: z.array(attempt),
    artifacts: z.array(artifact),
    events: z.array(z.object({ at: z.string(), kind: z.enum(trialEventKinds), detail: text })),
  })
  .openapi('Trial')

const layer = z
  .object({
    ...{ name: z.string(), kind: z.string(), outputShape: z.array(z.number().nullable()).readonly() },
    ...{ parameterCount: z.number(), flops: z.number() },
  })
  .openapi('Layer')

const confusion = z
  .object({
    classNames: z.array(z.string()).readonly(),
    confusion: z.array(z.array(z.number().int()).readonly()).readonly(),
    accuracy: z.number(),
  })
  .openapi('Confusion')

/** How a trial is trained on. */
const resumption = z.object({
  epochs: z.coerce.number().int().positive().optional(),
  acceptProgram: acceptProgramInQuery,
})

export function trialRoutes({ store, runs, models }: ServerContext) {
  const app = routes()
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/trials/{id}', summary: 'One trial', tags: ['trials'] },
      request: { params: trialNumber },
      responses: answers(trialSchema, 'All that is on record of it'),
    }),
    async (context) => context.json(await trialRecord(store, context.req.valid('param').id), 200),
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/trials/{id}/layers', summary: "A trained model's layers", tags: ['trials'] },
      request: { params: trialNumber },
      responses: answers(z.array(layer).readonly(), 'Each with its FLOPs and parameters'),
    }),
    async (context) => context.json(await models.run('layers', { trial: context.req.valid('param').id }), 200),
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/trials/{id}/confusion', summary: 'What it takes for what', tags: ['trials'] },
      request: { params: trialNumber },
      responses: answers(confusion, 'Over the test examples'),
    }),
    async (context) => context.json(await models.run('confusion', { trial: context.req.valid('param').id }), 200),
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/trials/{id}/resume', summary: 'Train an ended trial on', tags: ['trials'] },
      request: { params: trialNumber, query: resumption },
      responses: answers(startedSchema, 'As after `swath resume --trial`'),
    }),
    async (context) => {
      const { trial } = await findTrial(store, context.req.valid('param').id)
      const { epochs, acceptProgram: accepts } = context.req.valid('query')
      const to = epochs === undefined ? [] : ['--epochs', String(epochs)]
      const options = [...to, ...accepting(accepts)]
      return context.json(await runs.start(['resume', '--trial', String(trial.id), ...options]), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/trials/{id}/file', summary: 'A sweep file that trains it again', tags: ['trials'] },
      request: { params: trialNumber },
      responses: answers(z.object({ source: z.string() }).openapi('SweepFile'), 'As after `swath show TRIAL --best`'),
    }),
    async (context) => {
      const { trial, sweep } = await findTrial(store, context.req.valid('param').id)
      const about = `Trial ${trial.id} of ${sweep.name}`
      const source = bestFile(sweep, storedParameters(trial), { folder: process.cwd(), about })
      return context.json({ source }, 200)
    },
  )
  // A file, and so no JSON: which one, its row says and not the path.
  app.get('/artifacts/:id', async (context) => {
    const id = Number(context.req.param('id'))
    const row = Number.isSafeInteger(id)
      ? await store.db.selectFrom('artifacts').selectAll().where('id', '=', id).executeTakeFirst()
      : undefined
    if (row === undefined) throw new SwathError('not-found', `there is no artifact ${context.req.param('id')}`)
    const bytes = await usingArtifacts(store, (artifacts) => artifacts.read(row))
    context.header('content-type', 'application/octet-stream')
    const name = basename(row.name).replace(/[^\w.-]/g, '_')
    context.header('content-disposition', `attachment; filename="trial-${row.trial_id}-${name}"`)
    return context.body(new Uint8Array(bytes).buffer)
  })
  return app
}
