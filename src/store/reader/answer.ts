import { messageOf, SwathError } from '../../errors.ts'
import type { Asked } from './asked.ts'
import { Bounds } from './bounds.ts'
import { AnswerParts } from './parts.ts'
import { settingsVariable, type AnswerPart, type Question, type ReaderSettings } from './protocol.ts'

const settings = JSON.parse(process.env[settingsVariable] ?? '') as ReaderSettings
// eslint-disable-next-line @typescript-eslint/no-dynamic-delete
delete process.env[settingsVariable]
const asked = open(settings)
const bounds = new Bounds(settings.parent)

// What cannot open its part of the program ends: the other side says that it could not start.
asked.then(() => send({ type: 'ready' })).catch(() => process.exit(1))

process.on('message', (question: Question) => {
  bounds.start(question.timeoutMs)
  answer(question)
    .catch(errorPart)
    .then((last) => {
      bounds.stop()
      return send(last)
    })
    // Nobody is there to hear it.
    .catch(() => process.exit(1))
})

async function open(which: ReaderSettings): Promise<Asked> {
  if (which.kind === 'sqlite') return new (await import('../sqlite/asked.ts')).AskedSqlite(which)
  return new (await import('../postgres/asked.ts')).AskedPostgres(which)
}

async function answer(question: Question): Promise<AnswerPart> {
  const parts = new AnswerParts(question.limit, send)
  await (await asked).answer(question, parts)
  return parts.end()
}

async function errorPart(error: unknown): Promise<AnswerPart> {
  const { misunderstood } = await asked
  const message = messageOf(error)
  const [, better = message] = misunderstood.find(([driver]) => driver.test(message)) ?? []
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return {
    ...{ type: 'error', message: better },
    hint: error instanceof SwathError ? error.hint : undefined,
    code: error instanceof SwathError || typeof code !== 'string' ? undefined : code,
  }
}

/** Resolves when it is on its way: an answer is not held here while it is read there. */
function send(part: AnswerPart): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = (error: Error | null) => {
      if (error === null) resolve()
      else reject(error)
    }
    process.send?.(part, undefined, undefined, sent)
  })
}
