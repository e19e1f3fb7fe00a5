import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import pg from 'pg'
import { inject, onTestFinished } from 'vitest'

import { openStore } from '../../src/store/open.ts'
import type { SweepRow } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { createSweep } from '../../src/store/sweeps.ts'

/** A folder of its own for a test, gone when the test is. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'swath-test-'))
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Of the kind that this test run is about: those that are about the store alone run for each. */
export async function temporaryStore(): Promise<Store> {
  return (await locatedStore()).store
}

/** The same, with where it is, for another process. */
export async function locatedStore(): Promise<{ readonly store: Store; readonly location: string }> {
  const location = storeKind() === 'postgres' ? postgresLocation() : `sqlite:${join(temporaryFolder(), 'swath.db')}`
  const store = await openStore(location, 'write')
  onTestFinished(() => store.close())
  return { store, location }
}

export function storeKind(): 'sqlite' | 'postgres' {
  return inject('storeKind') ?? 'sqlite'
}

/** Where a store may be on the server of the test run: a schema of its own for a test, gone when the test is. */
export function postgresLocation(): string {
  const { url } = inject('postgres')
  const schema = `test_${randomUUID().replaceAll('-', '')}`
  onTestFinished(async () => {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(`drop schema if exists ${schema} cascade`)
    await client.end()
  })
  return `${url}?schema=${schema}`
}

/** A sweep of depth 1, 2, … with nothing trained yet. */
export async function plannedSweep(store: Store, depths = 3, name = 'grid'): Promise<SweepRow> {
  return createSweep(
    store.db,
    {
      ...{ name, file_name: name, description: null, method: 'grid', program: 'mlp', seed: 0, cancelled_at: null },
      ...{
        definition: '{}',
        settings: '{}',
        source: '',
        source_path: `${name}.yaml`,
        created_at: '2026-01-01T00:00:00.000Z',
      },
    },
    Array.from({ length: depths }, (_, k) => ({
      ...{ number: k + 1, params: JSON.stringify({ depth: k + 1, width: 'wide' }), repeat: 0, seed: k },
      ...{ parameter_count: 10 * (k + 1), flops: 100 * (k + 1) },
    })),
  )
}
