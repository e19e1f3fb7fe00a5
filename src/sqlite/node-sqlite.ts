import type { Database, OpenOptions, Row, SqliteValue, Statement } from './database.ts'
import { codeName } from './error-codes.ts'
import { nodeSqlite, type DatabaseSync, type NodeSqlite, type StatementSync } from './node-sqlite-module.ts'

/** Opens a database with the SQLite that Node has in it, as better-sqlite3 would. */
export function openNodeSqlite(path: string, { readonly = false, timeout = 5_000 }: OpenOptions): Database {
  const sqlite = nodeSqlite()
  if (sqlite === undefined) throw new Error(`Node ${process.version} has no SQLite that swath can use`)
  return new NodeDatabase(
    sqlite,
    named(() => new sqlite.DatabaseSync(path, { readOnly: readonly, timeout })),
  )
}

class NodeDatabase implements Database {
  readonly #sqlite: NodeSqlite
  readonly #database: DatabaseSync

  constructor(sqlite: NodeSqlite, database: DatabaseSync) {
    this.#sqlite = sqlite
    this.#database = database
    // As in better-sqlite3: the schema is out of reach of SQL.
    database.enableDefensive?.(true)
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  prepare(text: string): Statement {
    const statement = named(() => this.#database.prepare(text))
    refuseMore(text, statement.sourceSQL)
    return new NodeStatement(this.#database, statement)
  }

  exec(text: string): void {
    named(() => {
      this.#database.exec(text)
    })
  }

  pragma(text: string): Row[] {
    return named(() => this.#database.prepare(`pragma ${text}`).all())
  }

  async backup(path: string): Promise<void> {
    await this.#sqlite.backup(this.#database, path).catch(rethrowNamed)
  }

  allowSchemaChanges(): void {
    this.#database.enableDefensive?.(false)
  }

  close(): void {
    named(() => {
      this.#database.close()
    })
  }
}

class NodeStatement implements Statement {
  readonly reader: boolean
  readonly #database: DatabaseSync
  readonly #statement: StatementSync
  #steps: readonly Step[] | undefined

  constructor(database: DatabaseSync, statement: StatementSync) {
    this.#database = database
    this.#statement = statement
    this.reader = statement.columns().length > 0
  }

  get readonly(): boolean {
    if (/^\s*(?:insert|update|delete|begin|commit|rollback)\b/i.test(this.#statement.sourceSQL)) return false
    return !this.#explained().some(isChange)
  }

  columns(): string[] {
    return this.#statement.columns().map(({ name }) => name)
  }

  all(parameters: readonly unknown[] = []): Row[] {
    return named(() => this.#statement.all(...parameters))
  }

  run(parameters: readonly unknown[] = []) {
    return named(() => this.#statement.run(...parameters))
  }

  *iterate(parameters: readonly unknown[] = []): IterableIterator<Row> {
    try {
      yield* this.#statement.iterate(...parameters)
    } catch (error) {
      rethrowNamed(error)
    }
  }

  exactRows(): IterableIterator<SqliteValue[]> {
    // Those that are not given would be null.
    if (this.#explained().some(({ opcode }) => opcode === 'Variable'))
      throw new RangeError('parameter values are missing')
    this.#statement.setReadBigInts(true)
    this.#statement.setReturnArrays(true)
    return this.#asBuffers()
  }

  /** Bytes as better-sqlite3 has them. */
  *#asBuffers(): IterableIterator<SqliteValue[]> {
    for (const row of this.iterate() as IterableIterator<unknown> as IterableIterator<SqliteValue[]>) {
      yield row.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value))
    }
  }

  /** The program that SQLite made of it: what `sqlite3_stmt_readonly`, which Node does not offer, is worked out from. */
  #explained(): readonly Step[] {
    const text = this.#statement.sourceSQL
    if (/^\s*explain\b/i.test(text)) return []
    this.#steps ??= named(() => this.#database.prepare(`explain ${text}`).all() as unknown as Step[])
    return this.#steps
  }
}

interface Step {
  readonly opcode: string
  readonly p2: number
}

function isChange({ opcode, p2 }: Step): boolean {
  return (opcode === 'Transaction' && p2 !== 0) || ['Checkpoint', 'JournalMode', 'Vacuum'].includes(opcode)
}

/** `prepare` reads the first statement alone. @param first its text */
function refuseMore(text: string, first: string): void {
  const rest = text.slice(first.length).replaceAll(/--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$)|[\s;]/g, '')
  if (rest !== '') throw new RangeError('The supplied SQL string contains more than one statement')
}

function named<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    return rethrowNamed(error)
  }
}

/** Gives an error of SQLite's the name of its code. */
function rethrowNamed(error: unknown): never {
  const { errcode } = error as { readonly errcode?: unknown }
  if (typeof errcode === 'number') Object.assign(error as Error, { name: 'SqliteError', code: codeName(errcode) })
  throw error
}
