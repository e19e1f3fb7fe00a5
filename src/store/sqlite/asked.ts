import type { Database } from '../../sqlite/database.ts'
import { openDatabase } from '../../sqlite/open-database.ts'
import type { Asked } from '../reader/asked.ts'
import { plainInteger, type AnswerParts } from '../reader/parts.ts'
import type { Question, SqliteSettings } from '../reader/protocol.ts'
import { onlyQuestions } from '../reader/question.ts'

/** A file, opened to read only. */
export class AskedSqlite implements Asked {
  readonly misunderstood = [
    [/more than one statement/, 'there is more than one statement: ask one question at a time'],
    [/parameter values|named parameters/, 'the statement has parameters such as ? or :name: write their values in it'],
  ] as const
  readonly #settings: SqliteSettings
  #database: Database | undefined

  constructor(settings: SqliteSettings) {
    this.#settings = settings
  }

  async answer(question: Question, parts: AnswerParts): Promise<void> {
    const database = (this.#database ??= openToRead(this.#settings))
    database.exec('begin')
    try {
      // A view that has changed since is found out when a statement runs, too late for the names of its columns.
      database.prepare('select 1 from sqlite_schema limit 1').all()
      await answerWithin(database, question, parts)
    } finally {
      database.exec('rollback')
    }
  }
}

async function answerWithin(database: Database, { statement }: Question, parts: AnswerParts): Promise<void> {
  const prepared = database.prepare(statement)
  if (!prepared.readonly || !prepared.reader) throw onlyQuestions()
  await parts.columns(prepared.columns())
  for (const row of prepared.exactRows()) {
    if (!parts.add(row.map(plainInteger))) break
    if (parts.isFull) await parts.flush()
  }
}

function openToRead({ path, driver, busyTimeoutMs }: SqliteSettings): Database {
  const opened = openDatabase(driver, path, { readonly: true, timeout: busyTimeoutMs })
  // On disk a question could sort as much as there is room for; in memory it has its bound.
  opened.pragma('temp_store = MEMORY')
  // What 100,000 trials reported last, 20 MB, is read in any order.
  opened.pragma('cache_size = -65536')
  return opened
}
