import { existsSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { sqliteDriver } from '../../src/setup/sqlite.ts'
import { isSqliteError, type Database, type OpenOptions, type SqliteDriver } from '../../src/sqlite/database.ts'
import { nodeSqlite } from '../../src/sqlite/node-sqlite-module.ts'
import { openDatabase } from '../../src/sqlite/open-database.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

/** What this Node can use: better-sqlite3 where it can be built, its own SQLite where it has one. */
const drivers: SqliteDriver[] = [
  await sqliteDriver(),
  ...(nodeSqlite() === undefined ? [] : [{ name: 'node:sqlite', reason: 'the test wants it' } as const]),
]
const named = [...new Map(drivers.map((driver) => [driver.name, driver]))]

describe.each(named)('%s', (_, driver) => {
  const open = (path = ':memory:', options?: OpenOptions) => openDatabase(driver, path, options)
  const withTable = (path?: string): Database => {
    const database = open(path)
    database.exec('create table t (id integer primary key, value); create table of_t (t integer references t (id))')
    return database
  }
  const codeOf = (work: () => unknown): unknown => {
    try {
      work()
      return undefined
    } catch (error) {
      expect(isSqliteError(error)).toBe(true)
      return (error as { code: unknown }).code
    }
  }

  test('what is written is read as it was', () => {
    const database = withTable()
    const write = database.prepare('insert into t (value) values (?)')
    const read = database.prepare('select value from t where id = ?')
    const values = fc.oneof(
      fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0)),
      fc.maxSafeInteger(),
      fc.string({ unit: 'grapheme' }),
      fc.constant(null),
      fc.uint8Array(),
    )
    fc.assert(
      fc.property(values, (value) => {
        const { changes, lastInsertRowid } = write.run([value])
        expect(Number(changes)).toBe(1)
        const [row] = read.all([lastInsertRowid])
        if (value instanceof Uint8Array) expect(new Uint8Array(row?.value as Uint8Array)).toEqual(value)
        else expect(row).toEqual({ value })
      }),
    )
    database.close()
  })

  test('rows come one by one, and a connection can go on after the first', () => {
    const database = withTable()
    for (let k = 0; k < 10; k++) database.prepare('insert into t (value) values (?)').run([k])
    for (const row of database.prepare('select value from t order by id').iterate()) {
      expect(row).toEqual({ value: 0 })
      break
    }
    database.exec('delete from t')
    expect(database.prepare('select count(*) as n from t').all()).toEqual([{ n: 0 }])
    database.close()
  })

  test('whole numbers of 64 bits are exact where they are asked for', () => {
    const database = open()
    const statement = database.prepare("select 9007199254740993 as big, 1 as one, 0.5 as half, 'x' as big")
    expect(statement.columns()).toEqual(['big', 'one', 'half', 'big'])
    expect([...statement.exactRows()]).toEqual([[9007199254740993n, 1n, 0.5, 'x']])
    database.close()
  })

  test.each([
    ['select 1', true, true],
    ['with x as (select 1) select * from x', true, true],
    ['explain select 1', true, true],
    ['insert into t (value) values (1)', false, false],
    ['insert into t (value) values (1) returning id', true, false],
    ['with x as (select 1 as n) delete from t where id in (select n from x)', false, false],
    ['begin immediate', false, false],
    ['create table other (id)', false, false],
  ])('%s: answers with rows %s, only reads %s', (text, reader, readonly) => {
    const database = withTable()
    const statement = database.prepare(text)
    expect([statement.reader, statement.readonly]).toEqual([reader, readonly])
    database.close()
  })

  test.each(['select 1; select 2', 'select 1; /* and */ drop table t', 'select 1 ;; values (2)'])(
    'more than one statement is refused: %s',
    (text) => {
      const database = withTable()
      expect(() => database.prepare(text)).toThrow('more than one statement')
      database.close()
    },
  )

  test.each(['select 1;', ' select 1 ; -- one\n', 'select 1 /* ; */', "select ';' -- ;"])(
    'what follows a statement and is none is no second one: %j',
    (text) => {
      const database = open()
      expect(database.prepare(text).all()).toHaveLength(1)
      database.close()
    },
  )

  test('a statement with parameters is not asked without them', () => {
    const database = open()
    for (const text of ['select ?', 'select :name', 'select 1 where 1 = $x']) {
      expect(() => [...database.prepare(text).exactRows()]).toThrow(/parameter/)
    }
    database.close()
  })

  test('errors have SQLite’s names', () => {
    const folder = temporaryFolder()
    const database = withTable(join(folder, 'a.db'))
    expect(codeOf(() => database.prepare('select * from nowhere'))).toBe('SQLITE_ERROR')
    expect(codeOf(() => database.prepare('insert into of_t values (7)').run())).toMatch(/^SQLITE_CONSTRAINT/)
    expect(codeOf(() => open(join(folder, 'none.db'), { readonly: true }))).toBe('SQLITE_CANTOPEN')

    const readOnly = open(join(folder, 'a.db'), { readonly: true })
    expect(codeOf(() => readOnly.prepare('delete from t').run())).toBe('SQLITE_READONLY')
    readOnly.close()

    const other = open(join(folder, 'a.db'), { timeout: 0 })
    database.exec('begin immediate')
    expect(database.inTransaction).toBe(true)
    expect(codeOf(() => other.prepare('insert into t (value) values (1)').run())).toBe('SQLITE_BUSY')
    database.exec('rollback')
    expect(database.inTransaction).toBe(false)
    other.close()

    database.pragma('max_page_count = 4')
    expect(codeOf(() => database.prepare('insert into t (value) values (zeroblob(100000))').run())).toBe('SQLITE_FULL')
    database.close()
  })

  test('the schema cannot be changed by hand until that is allowed', () => {
    const database = withTable()
    database.pragma('writable_schema = on')
    const change = () => {
      database.exec("update sqlite_schema set sql = '' where name = 'of_t'")
    }
    if (driver.name === 'better-sqlite3') expect(change).toThrow(/may not be modified/)
    database.allowSchemaChanges()
    database.pragma('writable_schema = on')
    expect(change).not.toThrow()
    database.close()
  })

  test('a copy has what was there, and refuses nothing that comes later', async () => {
    const folder = temporaryFolder()
    const database = withTable(join(folder, 'a.db'))
    database.prepare('insert into t (value) values (1)').run()
    await database.backup(join(folder, 'b.db'))
    database.prepare('insert into t (value) values (2)').run()
    database.close()
    const copy = open(join(folder, 'b.db'))
    expect(copy.prepare('select value from t').all()).toEqual([{ value: 1 }])
    copy.close()
    expect(existsSync(join(folder, 'b.db'))).toBe(true)
  })
})
