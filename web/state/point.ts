import type { CheckedPoint } from '../../src/figures/sweep-space.ts'
import type { Parameters } from '../../src/programs/program.ts'
import { whyInexact } from '../../src/exact-number.ts'
import type { PointField } from '../../src/sweep/point-fields.ts'
import { ApiError, post } from './api.ts'

/** What stands in a form, by field: a number as it is typed, or the place of a choice. */
export type Typed = Readonly<Record<string, string>>

export interface Refused {
  /** By field. */
  readonly at: Readonly<Record<string, string>>
  readonly elsewhere: readonly string[]
}

export type Enqueued =
  { readonly refused: Refused } | { readonly trial: CheckedPoint['trial']; readonly isNew: boolean }

/** What somebody cannot choose otherwise. */
export function isFixed({ choices, when }: PointField): boolean {
  return choices?.length === 1 && when === null
}

/** Only what is filled in; where nothing may be left out, also what is the same in every point. */
export function pointOf(fields: readonly PointField[], typed: Typed, mayLeaveOut: boolean): Parameters {
  const parts = fields.map((field): Parameters => {
    const text = (typed[field.name] ?? '').trim()
    if (isFixed(field)) return mayLeaveOut ? {} : (field.choices?.[0]?.sets ?? {})
    if (text === '') return {}
    if (field.choices !== null) return field.choices[Number(text)]?.sets ?? {}
    // The server refuses what is no number, and what would be rounded.
    const isNumber = Number.isFinite(Number(text)) && whyInexact(text) === undefined
    return { [field.name]: isNumber ? Number(text) : text }
  })
  return Object.assign({}, ...parts) as Parameters
}

/**
 * Has a point trained before all others, unless it is a trial already.
 *
 * @param path of the sweep's points
 */
export async function enqueuePoint(path: string, fields: readonly PointField[], point: Parameters): Promise<Enqueued> {
  const { mistakes, trial } = await post<CheckedPoint>(`${path}/check`, { point })
  if (mistakes.length > 0) return { refused: refusedAt(fields, mistakes) }
  if (trial !== null && trial.state !== 'queued') return { trial, isNew: false }
  try {
    await post(path, { point })
  } catch (error) {
    return { refused: { at: {}, elsewhere: [messageOf(error as Error)] } }
  }
  const { trial: added } = await post<CheckedPoint>(`${path}/check`, { point })
  return { trial: added, isNew: true }
}

function refusedAt(fields: readonly PointField[], mistakes: CheckedPoint['mistakes']): Refused {
  const at: Record<string, string> = {}
  const elsewhere: string[] = []
  for (const { parameter, message } of mistakes) {
    const field = fields.find(
      ({ name, choices }) => name === parameter || choices?.some(({ sets }) => parameter in sets) === true,
    )
    if (field === undefined) elsewhere.push(message)
    else at[field.name] = message
  }
  return { at, elsewhere }
}

/** What the command said of the point, without where it stands in its arguments: nobody has typed them. */
function messageOf(error: Error): string {
  const said = /--enqueue:\d+:\d+: (.*)/.exec(error.message)?.[1] ?? error.message
  return error instanceof ApiError && error.hint !== undefined ? `${said} ${error.hint}` : said
}
