import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, onTestFinished, test, vi } from 'vitest'

import { chooseArtifacts, usingArtifacts } from '../../src/artifacts/open-shared.ts'
import { artifactPlaceOf } from '../../src/store/artifact-place.ts'
import { openStore } from '../../src/store/open.ts'
import { plannedSweep, postgresLocation } from '../store/temporary-store.ts'
import { startS3 } from './s3-server.ts'

async function storeOnServer() {
  const store = await openStore(postgresLocation(), 'write')
  onTestFinished(() => store.close())
  return store
}

function onBucket(environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

test('a place that cannot be used is refused, and not kept: the store is used as before', async () => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3'])
    vi.stubEnv(name, undefined)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const store = await storeOnServer()
  await expect(chooseArtifacts(store, 's3://a/b')).rejects.toThrow(/^s3:\/\/a\/b\/swath-\w+ cannot be used: /)
  expect(await artifactPlaceOf(store.db)).toBeUndefined()
  await usingArtifacts(store, (artifacts) => {
    expect(artifacts.location).toContain('the artifacts of postgres')
    return Promise.resolve()
  })
})

test('a bucket that may not be written is refused before it is kept', async () => {
  const denying = createServer((request, response) => {
    response.statusCode = request.method === 'HEAD' ? 200 : 403
    response.end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>')
  }).listen(0, '127.0.0.1')
  await once(denying, 'listening')
  onTestFinished(() => {
    denying.close()
  })
  const { port } = denying.address() as AddressInfo
  onBucket({ AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' })
  const store = await storeOnServer()
  await expect(chooseArtifacts(store, 's3://models/x')).rejects.toThrow(
    'cannot be used: access is denied (AccessDenied)',
  )
  expect(await artifactPlaceOf(store.db)).toBeUndefined()
})

test('a place is changed, and changed back, while nothing is there', async () => {
  const { bucket, environment } = await startS3()
  onBucket(environment)
  const store = await storeOnServer()
  await chooseArtifacts(store, `s3://${bucket}/x`)
  const first = await artifactPlaceOf(store.db)
  expect(first).toMatch(`s3://${bucket}/x/swath-`)
  await chooseArtifacts(store, `s3://${bucket}/x/`)
  expect(await artifactPlaceOf(store.db)).toBe(first)
  await chooseArtifacts(store, 'database')
  expect(await artifactPlaceOf(store.db)).toBeUndefined()
  await expect(chooseArtifacts(store, 'elsewhere')).rejects.toThrow('expected s3://bucket/prefix, or database')
})

test('a place that an earlier swath kept though it cannot be used is left again', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const store = await storeOnServer()
  await store.db.insertInto('artifact_place').values({ location: 's3://a/b/swath-12345678' }).execute()
  await expect(usingArtifacts(store, () => Promise.resolve())).rejects.toMatchObject({
    code: 'artifact',
    hint: expect.stringContaining('--artifacts database') as string,
  })
  await chooseArtifacts(store, 'database')
  await usingArtifacts(store, () => Promise.resolve())
})

test('a place that has artifacts stays', async () => {
  const store = await storeOnServer()
  await plannedSweep(store, 1)
  await store.db
    .insertInto('artifacts')
    .values({
      ...{ trial_id: 1, epoch: 1, kind: 'checkpoint', name: 'trial-1/attempt-1-epoch-1.safetensors', bytes: 1 },
      ...{ sha256: '', created_at: '2026-01-01T00:00:00.000Z' },
    })
    .execute()
  await expect(chooseArtifacts(store, 's3://a/b')).rejects.toThrow('keeps its artifacts in its database already')
})
