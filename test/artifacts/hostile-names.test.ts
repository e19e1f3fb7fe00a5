import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { StoredArtifact } from '../../src/artifacts/artifacts.ts'
import { carriedArtifacts } from '../../src/artifacts/carried.ts'
import { artifactFolder } from '../../src/artifacts/folder.ts'
import type { ArtifactPlace } from '../../src/artifacts/place.ts'
import { sharedFolder } from '../../src/artifacts/shared-folder.ts'
import type { SharedArtifacts } from '../../src/artifacts/shared.ts'
import { hostileName } from '../hostile-names.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

const secret = Buffer.from('a secret of this machine')
const carriedThere = Buffer.from('what an attacker wrote')

/** Names of the file that lies beside the artifacts' folder. */
const escapes = ['../secret', 'trial-1/../../secret', './../secret', '..\\secret', 'trial-1/out/secret']

function rowOf(name: string, content: Buffer): StoredArtifact {
  return { name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
}

/** A place that has the same bytes under every name, as rows of an attacker would. */
const hostilePlace: ArtifactPlace = {
  location: 'a place',
  put: () => Promise.resolve(),
  get: () =>
    Promise.resolve(
      (async function* () {
        yield await Promise.resolve(carriedThere)
      })(),
    ),
  async *list() {
    // Nothing.
  },
  remove: (names) => {
    for (const name of names) expect(name).not.toContain('..')
    return Promise.resolve()
  },
  obstacle: () => undefined,
  close: () => Promise.resolve(),
}

function besideASecret(open: (folder: string) => SharedArtifacts) {
  const around = temporaryFolder()
  const folder = join(around, 'artifacts')
  mkdirSync(join(folder, 'trial-1'), { recursive: true })
  writeFileSync(join(around, 'secret'), secret)
  return { around, folder, artifacts: open(folder) }
}

const kinds = {
  folder: (folder: string) => sharedFolder(artifactFolder(folder)),
  carried: (folder: string) => carriedArtifacts(hostilePlace, artifactFolder(folder)),
}

async function tryAll(artifacts: SharedArtifacts, name: string): Promise<void> {
  const row = rowOf(name, artifacts.isCarried ? carriedThere : secret)
  const ignored = () => undefined
  await artifacts.fetch(row).catch(ignored)
  await artifacts.read(row).catch(ignored)
  await artifacts.publish(row).catch(ignored)
  await artifacts.flawsOf([row])
  await artifacts.remove([name]).catch(ignored)
  for (const work of [
    () => artifacts.host.write(name, [carriedThere]),
    () => artifacts.host.list(name),
    () => {
      artifacts.host.remove([name, `${name}/`])
    },
  ]) {
    try {
      work()
    } catch {
      // Refused.
    }
  }
}

test.each(Object.entries(kinds))(
  '%s: a row whose name leads out of the folder is neither read nor fetched',
  async (_, open) => {
    const { artifacts } = besideASecret(open)
    for (const name of escapes.slice(0, 4)) {
      const row = rowOf(name, artifacts.isCarried ? carriedThere : secret)
      await expect(artifacts.read(row)).rejects.toThrow('it contains ..')
      if (artifacts.isCarried) await expect(artifacts.fetch(row)).rejects.toMatchObject({ code: 'artifact' })
      expect(artifacts.host.flawOf(row)).toContain('it contains ..')
    }
  },
)

test.each(Object.entries(kinds))(
  '%s: no name has anything outside of the folder written, replaced or removed',
  async (_, open) => {
    const { around, artifacts } = besideASecret(open)
    const check = () => {
      expect(readdirSync(around).sort()).toEqual(['artifacts', 'secret'])
      expect(readFileSync(join(around, 'secret'))).toEqual(secret)
    }
    for (const name of escapes) {
      await tryAll(artifacts, name)
      check()
    }
    await fc.assert(
      fc.asyncProperty(hostileName, async (name) => {
        await tryAll(artifacts, name)
        check()
      }),
      { numRuns: 200 },
    )
  },
)

test.each(Object.entries(kinds))('%s: a row without a name does not remove the whole folder', async (_, open) => {
  const { folder, artifacts } = besideASecret(open)
  await artifacts.remove(['', '/', '.', './'])
  artifacts.host.remove(['', '/', '.'])
  expect(existsSync(join(folder, 'trial-1'))).toBe(true)
})

test('a name that leads out does not keep others from being removed', async () => {
  const { folder, artifacts } = besideASecret(kinds.folder)
  writeFileSync(join(folder, 'trial-1', 'a'), '')
  await artifacts.remove(['../secret', 'trial-1/a'])
  expect(existsSync(join(folder, 'trial-1', 'a'))).toBe(false)
})
