import { createRoute, z } from '@hono/zod-openapi'

import { backgrounds } from '../../images/ground.ts'
import { SwathError } from '../../errors.ts'
import { trainedModels } from '../../store/trained-models.ts'
import type { ServerContext } from '../context.ts'
import { bodyOf } from '../guards/limits.ts'
import { answers, parametersSchema, routes, trialNumber } from './route.ts'

const model = z
  .object({
    ...{ trial: z.number().int(), sweep: z.string(), params: parametersSchema },
    ...{ flops: z.number().nullable(), test_accuracy: z.number().nullable(), parent: z.number().int().nullable() },
  })
  .openapi('Model')

const prediction = z
  .object({
    ...{ label: z.string(), confidence: z.number(), ms: z.number() },
    classes: z.array(z.object({ name: z.string(), probability: z.number() })).readonly(),
    seen: z.object({ height: z.number().int(), width: z.number().int(), levels: z.array(z.number().int()).readonly() }),
  })
  .openapi('Prediction')

const knowledge = z.object({
  ...{ label: z.string(), confidence: z.number(), testAccuracy: z.number(), correct: z.number().int() },
})

const retrained = z
  .object({
    ...{ trial: z.number().int(), sweep: z.string(), parent: z.number().int(), before: knowledge, after: knowledge },
    classes: z.array(z.object({ name: z.string(), before: z.number(), after: z.number() })).readonly(),
    ...{ testImages: z.number().int(), gained: z.number().int(), lost: z.number().int() },
  })
  .openapi('Retrained')

const picture = z.instanceof(File).openapi({ type: 'string', format: 'binary', description: 'PNG, JPEG or WebP' })
const looks = {
  picture,
  background: z.enum(backgrounds).default('auto'),
}
const pictureForm = z.object(looks)
const lessonForm = z.object({
  ...looks,
  label: z.string().openapi({ description: 'What is on it.' }),
  anchor: z
    .stringbool()
    .default(true)
    .openapi({ type: 'boolean', description: 'Also train on old examples, so that what it knew stays.' }),
})

const formBody = <Schema extends z.ZodType>(schema: Schema) => ({
  content: { 'multipart/form-data': { schema } },
  required: true,
})

/** The digit app: what a trained model takes a picture for, and what it becomes when it is told better. */
export function modelsRoutes({ store, models }: ServerContext) {
  const app = routes()
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/models', summary: 'Trained models, the best ones first', tags: ['models'] },
      request: { query: z.object({ sweep: z.string().optional() }) },
      responses: answers(z.array(model), 'Trials that have kept theirs'),
    }),
    async (context) => context.json(await trainedModels(store.db, context.req.valid('query').sweep), 200),
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/trials/{id}/predict', summary: 'What is on a picture', tags: ['models'] },
      ...{ middleware: bodyOf('picture'), request: { params: trialNumber, body: formBody(pictureForm) } },
      responses: answers(prediction, 'How likely each class is'),
    }),
    async (context) => {
      const { picture: file, background } = context.req.valid('form')
      const sent = { bytes: await bytesOf(file), background }
      return context.json(
        await models.run('predict', {
          trial: context.req.valid('param').id,
          picture: sent,
        }),
        200,
      )
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/trials/{id}/retrain', summary: 'Teach a model a picture', tags: ['models'] },
      ...{ middleware: bodyOf('picture'), request: { params: trialNumber, body: formBody(lessonForm) } },
      responses: answers(retrained, 'A trial of its own, as after `swath retrain`; the old one stays as it was'),
    }),
    async (context) => {
      const { picture: file, background, label, anchor } = context.req.valid('form')
      const sent = { bytes: await bytesOf(file), background }
      return context.json(
        await models.run('retrain', {
          ...{ trial: context.req.valid('param').id, picture: sent, label, anchor },
        }),
        200,
      )
    },
  )
  return app
}

async function bytesOf(file: File): Promise<Uint8Array> {
  if (file.size === 0) throw new SwathError('image', 'the picture is empty')
  return new Uint8Array(await file.arrayBuffer())
}
