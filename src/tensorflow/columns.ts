import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Column, FileColumn } from './training-step.ts'

type Columns = Readonly<Record<string, Column>>
type Values = Uint8Array | Int32Array | Float32Array

const bytesPerValue = { uint8: 1, int32: 4, float32: 4 } as const

/** A column without its values: what a model sees of it. */
export type ColumnType = Pick<FileColumn, 'dtype' | 'shape' | 'scale'>

function typeOf(column: Column): ColumnType {
  const { shape, scale } = column
  return { dtype: 'path' in column ? column.dtype : dtypeOf(column.values), shape, ...(scale && { scale }) }
}

/** Whether a batch of it is int32; all others are float32. */
export function isInteger({ dtype, scale }: ColumnType): boolean {
  return dtype === 'int32' && scale === undefined
}

/** Puts the columns that are in memory into files, for TensorFlow to map. `remove` may be called once they are mapped. */
export function asFiles(columns: Columns): {
  readonly columns: Readonly<Record<string, FileColumn>>
  remove(): void
} {
  checkColumns(columns)
  const needed = Object.values(columns).some((column) => 'values' in column)
  const folder = needed ? mkdtempSync(join(tmpdir(), 'swath-columns-')) : undefined
  const remove = () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  }
  const file = (column: Column, i: number): FileColumn => {
    if ('path' in column) return column
    const path = join(folder ?? '', `${i}`)
    writeFileSync(path, column.values)
    return { ...typeOf(column), path }
  }
  try {
    return {
      columns: Object.fromEntries(Object.entries(columns).map(([name, column], i) => [name, file(column, i)])),
      remove,
    }
  } catch (error) {
    remove()
    throw error
  }
}

/** The values of the columns, read where they are in files. */
export function inMemory(columns: Columns): ReadonlyMap<string, ColumnType & { readonly values: Values }> {
  checkColumns(columns)
  return new Map(
    Object.entries(columns).map(([name, column]) => [
      name,
      { ...typeOf(column), values: 'path' in column ? readValues(column) : column.values },
    ]),
  )
}

/** @throws RangeError where there are fewer values than the shape says: TensorFlow would read beyond their end */
function checkColumns(columns: Columns): void {
  for (const [name, column] of Object.entries(columns)) {
    const expected = column.shape.reduce((size, length) => size * length, 1)
    const refuse = (got: number, place = '') => {
      throw new RangeError(`columns.${name}: expected ${column.shape.join(' × ')} values${place}, got ${got}`)
    }
    if ('path' in column) {
      // A file may hold more rows than are used of it.
      const got = statSync(column.path).size / bytesPerValue[column.dtype]
      if (got < expected) refuse(got, ` in ${column.path}`)
    } else if (column.values.length !== expected) refuse(column.values.length)
  }
}

function dtypeOf(values: Values): FileColumn['dtype'] {
  if (values instanceof Float32Array) return 'float32'
  return values instanceof Int32Array ? 'int32' : 'uint8'
}

function readValues({ path, dtype }: FileColumn): Values {
  const { buffer, byteOffset, byteLength } = readFileSync(path)
  const length = byteLength / bytesPerValue[dtype]
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, length)
    case 'int32':
      return new Int32Array(buffer, byteOffset, length)
    case 'float32':
      return new Float32Array(buffer, byteOffset, length)
  }
}
