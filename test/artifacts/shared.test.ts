import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { describe, expect, onTestFinished, test, vi } from 'vitest'

import { artifactFolder } from '../../src/artifacts/folder.ts'
import { carriedArtifacts } from '../../src/artifacts/carried.ts'
import type { ArtifactPlace } from '../../src/artifacts/place.ts'
import { postgresPlace } from '../../src/artifacts/postgres.ts'
import { openS3 } from '../../src/artifacts/s3.ts'
import { sharedFolder } from '../../src/artifacts/shared-folder.ts'
import type { ListedFile, SharedArtifacts } from '../../src/artifacts/shared.ts'
import { openStore } from '../../src/store/open.ts'
import { postgresLocation, temporaryFolder } from '../store/temporary-store.ts'
import { startS3 } from './s3-server.ts'

/** A place, and what changes a file that is in it behind swath's back. */
interface Kind {
  readonly host: () => SharedArtifacts
  readonly tamper: (name: string, content: Buffer) => Promise<void>
}

const kinds: Readonly<Record<string, () => Promise<Kind>>> = {
  folder: () => {
    const folder = temporaryFolder()
    return Promise.resolve({
      host: () => sharedFolder(artifactFolder(folder)),
      tamper: (name, content) => {
        writeFileSync(join(folder, name), content)
        return Promise.resolve()
      },
    })
  },
  postgres: async () => {
    const store = await openStore(postgresLocation(), 'write')
    onTestFinished(() => store.close())
    return carried(() => postgresPlace(store))
  },
  s3: async () => {
    const { bucket, environment } = await startS3()
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    const folder = `s3://${bucket}/some/where`
    const other = await openS3(`s3://${bucket}/some`)
    await put(other, 'other-store/trial-1/attempt-1.safetensors', Buffer.from("another store's"))
    const places = [await openS3(folder), await openS3(folder)]
    return carried(
      () => places.pop() ?? expect.fail('a place for each of two hosts'),
      () => openS3(folder),
    )
  },
}

async function carried(
  open: () => ArtifactPlace,
  again: () => ArtifactPlace | Promise<ArtifactPlace> = open,
): Promise<Kind> {
  const behind = await again()
  return {
    host: () => carriedArtifacts(open(), artifactFolder(temporaryFolder())),
    tamper: (name, content) => put(behind, name, content),
  }
}

async function put(place: ArtifactPlace, name: string, content: Buffer): Promise<void> {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, content)
  const sha256 = createHash('sha256').update(content).digest('hex')
  await place.put({ name, path, bytes: content.length, sha256 })
}

async function listed(files: AsyncIterable<ListedFile>): Promise<ListedFile[]> {
  const all: ListedFile[] = []
  for await (const file of files) all.push(file)
  return all.sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function publish(host: SharedArtifacts, name: string, content: Buffer) {
  const stored = host.host.write(name, [content])
  await host.publish(stored)
  return stored
}

describe.each(Object.keys(kinds))('artifacts in a place of kind %s', (kind) => {
  async function twoHosts() {
    const { host, tamper } = (await kinds[kind]?.()) ?? expect.fail(kind)
    return { one: host(), other: host(), tamper }
  }

  test('what one host publishes another fetches, whatever its size, in the same bytes', async () => {
    const { one, other } = await twoHosts()
    expect(await one.areThere()).toBe(kind === 'folder')
    for (const bytes of [0, 1, (4 << 20) - 1, 4 << 20, (9 << 20) + 1]) {
      const content = randomBytes(bytes)
      const stored = await publish(one, `trial-1/attempt-1-epoch-${bytes}.safetensors`, content)
      expect(stored.bytes).toBe(bytes)
      await other.fetch(stored)
      expect(content.equals(other.host.read(stored))).toBe(true)
      expect(content.equals(await other.read(stored))).toBe(true)
      // What is there whole is not fetched again.
      await other.fetch(stored)
    }
    expect(await other.areThere()).toBe(true)
  })

  test('a host does without what it has published, where that is elsewhere', async () => {
    const { one } = await twoHosts()
    const { name } = await publish(one, 'trial-1/attempt-1.safetensors', Buffer.from('weights'))
    expect(existsSync(join(one.host.location, name))).toBe(!one.isCarried)
  })

  test('two hosts publish at once, each its own files, and the same one', async () => {
    const { one, other } = await twoHosts()
    const contents = Array.from({ length: 8 }, () => randomBytes(100_000))
    const kept = await Promise.all([
      ...contents.map((content, i) =>
        publish(i % 2 === 0 ? one : other, `trial-${i + 1}/attempt-1.safetensors`, content),
      ),
      ...[one, other].map((host) => publish(host, 'trial-9/attempt-1.safetensors', Buffer.from('the same'))),
    ])
    for (const [i, stored] of kept.entries()) {
      expect((contents[i] ?? Buffer.from('the same')).equals(await other.read(stored))).toBe(true)
    }
  })

  test('what was changed, cut short, made longer or removed is refused with what is wrong', async () => {
    const { one, other, tamper } = await twoHosts()
    const content = Buffer.alloc(5 << 20, 'weights')
    const { name, ...rest } = await publish(one, 'trial-1/attempt-1.safetensors', content)
    const changed = Buffer.from(content)
    changed[4_500_000] = 0
    for (const [instead, flaw] of [
      [changed, 'is not the file that the trial wrote: its SHA-256 differs'],
      [content.subarray(0, 3), 'is cut short: expected 5242880 bytes, found 3'],
      [Buffer.concat([content, content]), /is too long: expected 5242880 bytes, found \d+/],
    ] as const) {
      await tamper(name, instead)
      await expect(other.read({ name, ...rest })).rejects.toThrow(flaw)
      if (other.isCarried) await expect(other.fetch({ name, ...rest })).rejects.toThrow(flaw)
      // Files that are far away are not read for it.
      const flaws = await other.flawsOf([{ name, ...rest }])
      expect(flaws.size).toBe(other.isCarried && instead === changed ? 0 : 1)
      expect(existsSync(join(other.host.location, name))).toBe(!other.isCarried)
    }
    await one.remove([name])
    await expect(other.read({ name, ...rest })).rejects.toThrow(/is gone/)
    expect(await other.flawsOf([{ name, ...rest }])).toEqual(new Map([[name, 'is gone']]))
    expect(other.host.list('trial-1')).toEqual([])
  })

  test('lists names by how they begin, and removes single files and whole folders', async () => {
    const { one, other } = await twoHosts()
    for (const name of ['trial-1/a', 'trial-1/logs/b', 'trial-10/a', 'trial-2/a', 'c']) {
      await publish(one, name, Buffer.from(`of ${name}`))
    }
    expect(await listed(other.list())).toEqual([
      { name: 'c', bytes: 4 },
      { name: 'trial-1/a', bytes: 12 },
      { name: 'trial-1/logs/b', bytes: 17 },
      { name: 'trial-10/a', bytes: 13 },
      { name: 'trial-2/a', bytes: 12 },
    ])
    expect((await listed(other.list('trial-1/'))).map(({ name }) => name)).toEqual(['trial-1/a', 'trial-1/logs/b'])
    expect((await listed(other.list('trial-1/l'))).map(({ name }) => name)).toEqual(['trial-1/logs/b'])
    expect(await listed(other.list('trial-3/'))).toEqual([])
    await other.remove(['trial-1/', 'trial-2/a', 'trial-2/nothing', 'trial-7/'])
    expect((await listed(one.list())).map(({ name }) => name).filter((name) => !name.endsWith('/'))).toEqual([
      'c',
      'trial-10/a',
    ])
  })
})

test('a database has more files than it is asked for at once', async () => {
  const store = await openStore(postgresLocation(), 'write')
  onTestFinished(() => store.close())
  const names = Array.from({ length: 2_001 }, (_, i) => `trial-1/${i}`)
  const rows = names.flatMap((name) => [0, 1].map((part) => ({ name, part, content: Buffer.alloc(part + 1) })))
  await store.db.insertInto('artifact_parts').values(rows).execute()
  const place = postgresPlace(store)
  expect(await listed(place.list('trial-1/'))).toEqual(names.toSorted().map((name) => ({ name, bytes: 3 })))
  await place.remove(names)
  expect(await listed(place.list(''))).toEqual([])
})

test('a server that is away is an obstacle that passes', async () => {
  const server = await startS3()
  for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value)
  const artifacts = carriedArtifacts(await openS3(`s3://${server.bucket}/here`), artifactFolder(temporaryFolder()))
  const stored = artifacts.host.write('trial-1/attempt-1.safetensors', [Buffer.from('weights')])
  await server.stop()
  const error: unknown = await artifacts.publish(stored).catch((reason: unknown) => reason)
  expect(artifacts.obstacle(error)).toMatch(/cannot be reached \(ECONN/)
  await server.start()
  await artifacts.publish(stored)
  expect(Buffer.from(await artifacts.read(stored)).toString()).toBe('weights')
})

test('a bucket that is not there, or not let in to, is refused when it is opened', async () => {
  const server = await startS3()
  for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value)
  await expect(openS3('s3://elsewhere/here')).rejects.toThrow(
    's3://elsewhere/here cannot be used: the bucket is not there',
  )
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'nobody')
  await expect(openS3(`s3://${server.bucket}`)).rejects.toThrow(/access is denied/)
  await server.stop()
  await expect(openS3(`s3://${server.bucket}`)).rejects.toThrow(/it cannot be reached \(ECONNREFUSED\)/)
})

test('a host keeps its files where it was told, and a file that is there in part is fetched anew', async () => {
  const store = await openStore(postgresLocation(), 'write')
  onTestFinished(() => store.close())
  const one = carriedArtifacts(postgresPlace(store), artifactFolder(temporaryFolder()))
  const stored = await publish(one, 'trial-1/attempt-1.safetensors', Buffer.from('weights'))
  const path = join(one.host.location, stored.name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'wei')
  await one.fetch(stored)
  expect(readFileSync(path, 'utf8')).toBe('weights')
  await one.close()
  expect(existsSync(one.host.location)).toBe(false)
})
