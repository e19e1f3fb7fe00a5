import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

import fc from 'fast-check'
import { Header } from 'tar'
import { expect, test } from 'vitest'

import type { StoredArtifact } from '../../src/artifacts/artifacts.ts'
import { carriedArtifacts } from '../../src/artifacts/carried.ts'
import { artifactFolder } from '../../src/artifacts/folder.ts'
import { contentsOf } from '../../src/artifacts/folder-contents.ts'
import { pack, unpack } from '../../src/artifacts/pack.ts'
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

/** A link of a crafted pack; a hard one names its target from the folder. */
interface CraftedLink {
  readonly path: string
  readonly target: string
  readonly isHard?: boolean
}

const packName = 'trial-1/attempt-1-folder-1.tar'

/** A pack of a file in each folder, then the links in this order. */
function craftedPack(links: readonly CraftedLink[]): Buffer {
  const block = (fields: object) => {
    const header = new Header({ mode: 0o644, size: 0, ...fields })
    header.encode()
    return header.block ?? Buffer.alloc(512)
  }
  return Buffer.concat([
    ...['f', 'a/f', 'a/b/f', 'a/b/c/f'].map((path) => block({ path: `./${path}`, type: 'File' })),
    ...links.map(({ path, target, isHard = false }) =>
      block({ path: `./${path}`, linkpath: target, type: isHard ? 'Link' : 'SymbolicLink' }),
    ),
    Buffer.alloc(1_024),
  ])
}

/** Unpacks beside folders of the names that links try. @returns what links lead to outside of the trial's folder */
async function unpackCrafted(links: readonly CraftedLink[]): Promise<string[]> {
  const around = temporaryFolder()
  const host = join(around, 'x', 'y', 'host')
  const folder = join(host, 'trial-1')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(host, packName), craftedPack(links))
  await unpack(host, packName).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'artifact' })
  })
  return outwardLinks(folder)
}

/** Where links in a folder lead to, if that is outside of `root`. No link is followed to find others. */
function outwardLinks(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return outwardLinks(root, path)
    const real = entry.isSymbolicLink() ? realPathOf(path) : undefined
    return real === undefined || real === root || real.startsWith(`${root}/`) ? [] : [real]
  })
}

/** Undefined for a link that leads to nothing, or in a circle. */
function realPathOf(path: string): string | undefined {
  try {
    // The other one resolves `..` by the text, and not as the system does.
    return realpathSync.native(path)
  } catch {
    return undefined
  }
}

test.each<[string, CraftedLink[]]>([
  [
    'through a link and up again',
    [
      { path: 'a/b/c/s', target: '../../..' },
      { path: 't', target: 'a/b/c/s/../../..' },
    ],
  ],
  [
    'from below a link',
    [
      { path: 'a/b/d', target: '../../a' },
      { path: 'a/b/d/t', target: '../..' },
    ],
  ],
  [
    'as the second name of a link',
    [
      { path: 'a/b/c/s', target: '../../f' },
      { path: 'a/b/c/u', target: '../../b' },
      { path: 't', target: 'a/b/c/u', isHard: true },
    ],
  ],
])('no link of a pack leads out of the folder: %s', async (_, links) => {
  expect(await unpackCrafted(links)).toEqual([])
})

const segment = fc.constantFrom('a', 'b', 'c', 's', 't', 'f', '..', '..', '.')
const somePath = fc.array(segment, { minLength: 1, maxLength: 6 }).map((segments) => segments.join('/'))
const linkPlace = fc
  .tuple(fc.constantFrom('', 'a/', 'a/b/', 'a/b/c/', 's/', 't/', 'a/s/', 'a/b/c/s/'), fc.constantFrom('s', 't', 'u'))
  .map(([below, name]) => below + name)
const craftedLink = fc.record({ path: linkPlace, target: somePath, isHard: fc.boolean() })

test('no links of a pack lead out of the folder, whatever they are and in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(craftedLink, { minLength: 1, maxLength: 4 }), async (links) => {
      expect(await unpackCrafted(links)).toEqual([])
    }),
    { numRuns: 100 },
  )
})

test('packing leaves out exactly the links that unpacking would refuse', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(craftedLink, { minLength: 1, maxLength: 4 }), async (links) => {
      const [one, other] = [temporaryFolder(), temporaryFolder()]
      const folder = join(one, 'trial-1')
      mkdirSync(join(folder, 'a/b/c'), { recursive: true })
      for (const { path, target } of links) {
        const at = join(folder, path)
        if (existsSync(dirname(at)) && realpathSync(dirname(at)) === dirname(at) && !isThere(at))
          symlinkSync(target, at)
      }
      await pack(one, packName, await contentsOf(folder))
      mkdirSync(join(other, 'trial-1'))
      writeFileSync(join(other, packName), readFileSync(join(one, packName)))
      await unpack(other, packName)
      expect(outwardLinks(join(other, 'trial-1'))).toEqual([])
    }),
    { numRuns: 50 },
  )
})

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}
