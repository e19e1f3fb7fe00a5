import { readFileSync, statSync } from 'node:fs'

import { createRoute, z } from '@hono/zod-openapi'

import { SwathError } from '../../errors.ts'
import { checkPoint, sweepSpace } from '../../figures/sweep-space.ts'
import { pathFrom } from '../../path-below.ts'
import { findSweep } from '../../store/find-sweep.ts'
import type { SweepRow } from '../../store/schema.ts'
import { storedSettings } from '../../sweep/definition.ts'
import type { ServerContext } from '../context.ts'
import { bodyOf, exactNumbers } from '../guards/limits.ts'
import {
  acceptProgram,
  accepting,
  answers,
  jsonBody,
  parametersSchema,
  routes,
  startedSchema,
  sweepName,
} from './route.ts'
import { trialStates } from './trial.ts'

const point = z.object({ point: parametersSchema, acceptProgram })

/** What is asked with a point. */
const ofPoint = {
  middleware: [bodyOf('text'), exactNumbers],
  request: { params: sweepName, body: jsonBody(point) },
}

const space = z
  .object({
    fields: z
      .array(
        z.object({
          name: z.string(),
          choices: z
            .array(z.object({ text: z.string(), sets: parametersSchema }))
            .readonly()
            .nullable()
            .openapi({ description: 'What each sets; null of a number from a range.' }),
          range: z.string().openapi({ description: 'What it may be, in words.', example: 'a whole number, 1 to 8' }),
          when: z.string().nullable().openapi({ description: 'Where it is there, in words.' }),
        }),
      )
      .readonly(),
    mayLeaveOut: z.boolean().openapi({ description: 'What is left out of a point the method fills in.' }),
    refusal: z.string().nullable().openapi({ description: 'Why it takes no point of one’s own; null if it does.' }),
  })
  .openapi('SweepSpace')

const checked = z
  .object({
    mistakes: z.array(z.object({ parameter: z.string(), message: z.string() })).readonly(),
    trial: z
      .object({ id: z.number().int(), state: z.enum(trialStates) })
      .nullable()
      .openapi({ description: 'What it is already.' }),
  })
  .openapi('CheckedPoint')

/** Points that somebody wants trained in a sweep, beside those that its method chooses. */
export function pointsRoutes({ store, runs }: ServerContext) {
  const app = routes()
  app.openapi(
    createRoute({
      ...{ method: 'get', path: '/sweeps/{name}/space', summary: 'What a point of it may be', tags: ['sweeps'] },
      request: { params: sweepName },
      responses: answers(space, 'A field a parameter'),
    }),
    async (context) =>
      context.json(await sweepSpace(store, await findSweep(store, context.req.valid('param').name)), 200),
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sweeps/{name}/points/check', summary: 'Check a point', tags: ['sweeps'] },
      ...ofPoint,
      responses: answers(checked, 'Its mistakes, or the trial that it is already'),
    }),
    async (context) => {
      const sweep = await findSweep(store, context.req.valid('param').name)
      return context.json(await checkPoint(store, sweep, context.req.valid('json').point), 200)
    },
  )
  app.openapi(
    createRoute({
      ...{ method: 'post', path: '/sweeps/{name}/points', summary: 'Train a point of your own', tags: ['sweeps'] },
      ...ofPoint,
      responses: answers(startedSchema, 'As after `swath run … --enqueue`'),
    }),
    async (context) => {
      const sweep = await findSweep(store, context.req.valid('param').name)
      const { refusal } = await sweepSpace(store, sweep)
      if (refusal !== null) throw new SwathError('usage', refusal)
      const { file, input } = fileOf(sweep, runs.folder)
      const { point, acceptProgram: accepts } = context.req.valid('json')
      const said = ['--enqueue', JSON.stringify(point), ...accepting(accepts)]
      // A file without a name has that of the file, which the standard input has not.
      const overrides = [...storedSettings(sweep).overrides, `name=${JSON.stringify(sweep.file_name)}`]
      const set = overrides.flatMap((override) => ['--set', override])
      return context.json(await runs.start(['run', file, ...set, ...said], input), 200)
    },
  )
  return app
}

/** The file that it was made from, beside which its program lies; where that says something else now, what it said. */
function fileOf({ source, source_path }: SweepRow, folder: string): { readonly file: string; readonly input: string } {
  const path = pathFrom(folder, source_path)
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path, 'utf8') === source
  return isThere ? { file: path, input: '' } : { file: '/dev/stdin', input: source }
}
