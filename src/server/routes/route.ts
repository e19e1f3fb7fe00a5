import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'

import type { Parameters } from '../../programs/program.ts'
import { SwathError } from '../../errors.ts'
import { errorSchema } from '../errors.ts'

/** An application whose requests are checked by the schemas that describe them. */
export function routes(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return
      const [issue] = result.error.issues
      throw new SwathError('usage', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`)
    },
  })
}

const error = (description: string) => ({ description, content: { 'application/json': { schema: errorSchema } } })

const refusals = {
  400: error('What was asked cannot be answered'),
  404: error('There is no such thing'),
  409: error('It is not as it was, or is in use'),
}

/** An answer in JSON, beside those that say what was wrong. */
export function answers<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { 200: { description, content: { 'application/json': { schema } } }, ...refusals }
}

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { content: { 'application/json': { schema } }, required: true } satisfies NonNullable<
    RouteConfig['request']
  >['body']
}

export const sweepName = z.object({
  name: z.string().openapi({ param: { name: 'name', in: 'path' }, example: 'mnist-depth-width' }),
})
export const trialNumber = z.object({
  id: z.coerce
    .number()
    .int()
    .positive()
    .openapi({ param: { name: 'id', in: 'path' }, example: 7 }),
})

/** A trial's parameters. */
export const parametersSchema = z
  .custom<Parameters>((value) => typeof value === 'object' && value !== null)
  .openapi({ type: 'object', additionalProperties: true })

/** Whether a run goes on with a program that is not the one that earlier trials ran. */
export const acceptProgram = z.boolean().default(false)
export const acceptProgramInQuery = z.enum(['true', 'false']).default('false')

/** The option of the command that a run is started with. */
export function accepting(accepts: boolean | 'true' | 'false'): string[] {
  return accepts === true || accepts === 'true' ? ['--accept-program'] : []
}

/** What came of having a run started. */
export const startedSchema = z
  .object({
    sweep: z.string().nullable().openapi({ description: 'The sweep that is run; null if nothing was left to do.' }),
    pid: z.number().int(),
  })
  .openapi('Started')
