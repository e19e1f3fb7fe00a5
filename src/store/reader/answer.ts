import Database from 'better-sqlite3'

import { messageOf, SwathError } from '../../errors.ts'
import type { SqlValue } from '../store.ts'
import { Bounds } from './bounds.ts'
import type { AnswerPart, Question, ReaderSettings } from './protocol.ts'
import { onlyQuestions } from './question.ts'

/** Of an answer, by `sizeOf`: whoever asked holds all of it. */
const mostBytes = 2 ** 28
/** A message carries about so many bytes of rows. */
const partBytes = 2 ** 18
/** What a value takes besides its text. */
const valueBytes = 16

/** What the driver says to its programmer, and what it means to who asks. */
const misunderstood: readonly (readonly [driver: RegExp, meant: string])[] = [
  [/more than one statement/, 'there is more than one statement: ask one question at a time'],
  [/parameter values|named parameters/, 'the statement has parameters such as ? or :name: write their values in it'],
]

const settings = JSON.parse(process.argv[2] ?? '') as ReaderSettings
let database: Database.Database | undefined
const bounds = new Bounds(settings.parent)

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

/** Sends all of an answer but its last part: all of it is of one moment. */
async function answer(question: Question): Promise<AnswerPart> {
  database ??= openToRead(settings)
  database.exec('begin')
  try {
    // A view that has changed since is found out when a statement runs, too late for the names of its columns.
    database.prepare('select 1 from sqlite_schema limit 1').all()
    return await answerWithin(database, question)
  } finally {
    database.exec('rollback')
  }
}

async function answerWithin(database: Database.Database, { statement, limit }: Question): Promise<AnswerPart> {
  const prepared = database.prepare<[], SqlValue[]>(statement)
  if (!prepared.readonly || !prepared.reader) throw onlyQuestions()
  await send({ type: 'columns', columns: prepared.columns().map((column) => column.name) })

  let rows: SqlValue[][] = []
  let [count, bytes, sentBytes] = [0, 0, 0]
  let truncated = false
  for (const row of prepared.raw().safeIntegers().iterate()) {
    if (count === limit) {
      truncated = true
      break
    }
    count++
    rows.push(row.map(plainInteger))
    bytes += sizeOf(row)
    if (bytes > mostBytes) throw tooLarge()
    if (bytes - sentBytes > partBytes) {
      await send({ type: 'rows', rows })
      rows = []
      sentBytes = bytes
    }
  }
  await send({ type: 'rows', rows })
  return { type: 'end', truncated }
}

function openToRead({ path, nativeBinding, busyTimeoutMs }: ReaderSettings): Database.Database {
  const opened = new Database(path, { nativeBinding, readonly: true, timeout: busyTimeoutMs })
  // On disk a question could sort as much as there is room for; in memory it has its bound.
  opened.pragma('temp_store = MEMORY')
  // What 100,000 trials reported last, 20 MB, is read in any order.
  opened.pragma('cache_size = -65536')
  return opened
}

/** A number wherever one can hold it. */
function plainInteger(value: SqlValue): SqlValue {
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function sizeOf(row: readonly SqlValue[]): number {
  return row.reduce<number>((sum, value) => {
    return sum + valueBytes + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0)
  }, valueBytes)
}

function tooLarge(): SwathError {
  return new SwathError('sql', `the answer is larger than ${mostBytes / 2 ** 20} MB`, {
    hint: 'ask for fewer columns or rows, or for a part at a time: … order by … limit 100000 offset 0',
  })
}

function errorPart(error: unknown): AnswerPart {
  const message = messageOf(error)
  const [, better = message] = misunderstood.find(([driver]) => driver.test(message)) ?? []
  return {
    ...{ type: 'error', message: better },
    hint: error instanceof SwathError ? error.hint : undefined,
    code: error instanceof Database.SqliteError ? error.code : undefined,
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
