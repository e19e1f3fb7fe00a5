import pg from 'pg'

import { plainInteger } from '../reader/parts.ts'
import type { SqlValue } from '../store.ts'

const { builtins } = pg.types

const parsers: Readonly<Record<number, (text: string) => SqlValue>> = {
  [builtins.BOOL]: (text) => text === 't',
  [builtins.INT2]: Number,
  [builtins.INT4]: Number,
  [builtins.OID]: Number,
  [builtins.INT8]: (text) => plainInteger(BigInt(text)),
  [builtins.FLOAT4]: Number,
  [builtins.FLOAT8]: Number,
  // Sums of whole numbers are whole.
  [builtins.NUMERIC]: (text) => (/^-?\d+$/.test(text) ? plainInteger(BigInt(text)) : Number(text)),
  [builtins.BYTEA]: (text) => Buffer.from(text.slice('\\x'.length), 'hex'),
}

/** Values as answers have them: whole numbers of 64 bits, bytes; what SQLite does not have (times, JSON, lists) as text. */
export const exactValues: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number) => parsers[oid] ?? String) as typeof pg.types.getTypeParser,
}
