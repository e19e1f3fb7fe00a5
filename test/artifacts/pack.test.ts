import { execFileSync } from 'node:child_process'
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import fc from 'fast-check'
import { create } from 'tar'
import { expect, test } from 'vitest'

import { contentsOf } from '../../src/artifacts/folder-contents.ts'
import { pack, unpack } from '../../src/artifacts/pack.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

const packName = 'trial-1/attempt-1-folder-1.tar'

/** A path below a folder as bytes: names need not be UTF-8. */
type Bytes = Buffer

function bytesOf(folder: string, path: string): Bytes {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(path, 'latin1')])
}

/** What is in a folder, by path as latin1: a kind with its content. */
function treeOf(folder: string, below = ''): Map<string, string> {
  const tree = new Map<string, string>()
  for (const name of readdirSync(bytesOf(folder, below), 'buffer')) {
    const path = below + name.toString('latin1')
    const at = bytesOf(folder, path)
    const stats = lstatSync(at)
    if (stats.isSymbolicLink()) tree.set(path, `link ${readlinkSync(at)}`)
    else if (stats.isDirectory()) {
      tree.set(path, 'folder')
      for (const [inner, what] of treeOf(folder, `${path}/`)) tree.set(inner, what)
    } else tree.set(path, `file ${(stats.mode & 0o100) !== 0} ${readFileSync(at).toString('latin1')}`)
  }
  return tree
}

function hosts() {
  const [one, other] = [temporaryFolder(), temporaryFolder()]
  const folder = join(one, 'trial-1')
  mkdirSync(folder)
  return { one, other, folder, unpacked: join(other, 'trial-1') }
}

/** Packs a folder on one host and unpacks it on another. */
async function carry(one: string, other: string) {
  const contents = await contentsOf(join(one, 'trial-1'))
  if (contents.paths.length === 0) return contents
  await pack(one, packName, contents)
  mkdirSync(join(other, 'trial-1'), { recursive: true })
  writeFileSync(join(other, packName), readFileSync(join(one, packName)))
  await unpack(other, packName)
  return contents
}

test.each([
  ['a relative link in the folder', 'data', 'data', 'data'],
  ['a link that leads to nothing yet', 'later', 'later', 'later'],
  ['a link from a folder to the one above', '../data', 'sub/link', '../data'],
  ['a link to the folder itself', '.', 'link', '.'],
  ['a link with a name like a drive', 'C:foo', 'link', './C:foo'],
  ['an absolute link into the folder', 'FOLDER/data', 'sub/link', '../data'],
])('%s follows the trial', async (_, target, at, expected) => {
  const { one, other, folder, unpacked } = hosts()
  mkdirSync(join(folder, 'sub'))
  const link = at.includes('/') ? at : 'link'
  symlinkSync(target.replace('FOLDER', folder), join(folder, link))
  expect((await carry(one, other)).leftOut).toEqual([])
  expect(readlinkSync(join(unpacked, link))).toBe(expected)
})

test('links to links, and links with the name of the folder they are in, follow the trial', async () => {
  const { one, other, folder, unpacked } = hosts()
  mkdirSync(join(folder, 'run-1', 'b'), { recursive: true })
  symlinkSync('run-1', join(folder, 'latest'))
  symlinkSync('latest/b', join(folder, 'zlink'))
  symlinkSync('run-1', join(folder, 'run-1', 'b', 'c'))
  expect((await carry(one, other)).leftOut).toEqual([])
  expect(readlinkSync(join(unpacked, 'zlink'))).toBe('latest/b')
  expect(readlinkSync(join(unpacked, 'run-1', 'b', 'c'))).toBe('run-1')
})

test.each(['/etc/passwd', '../outside', 'sub/../../outside', '..\\..\\outside', '/nowhere/at/all'])(
  'a link out of the folder, to %s, is left behind with what to do, and the rest follows',
  async (target) => {
    const { one, other, folder, unpacked } = hosts()
    mkdirSync(join(folder, 'sub'))
    writeFileSync(join(folder, 'data'), 'kept')
    symlinkSync(target, join(folder, 'link'))
    const { leftOut } = await carry(one, other)
    expect(leftOut).toEqual([
      {
        path: 'link',
        reason: `it is a link out of the folder, to ${target}; link to a file in the folder, or copy it there`,
      },
    ])
    expect(readFileSync(join(unpacked, 'data'), 'utf8')).toBe('kept')
    expect(readdirSync(unpacked).sort()).toEqual(['attempt-1-folder-1.tar', 'data', 'sub'])
  },
)

test('names that tar reads as options, archives or drives are names of files', async () => {
  const { one, other, folder, unpacked } = hosts()
  const names = ['@x', 'C:foo', '-C', '--help', '\\\\host', ' ', '~', '*', 'é'.repeat(100), 'x'.repeat(200), '...']
  for (const name of names) writeFileSync(join(folder, name), name)
  expect((await carry(one, other)).leftOut).toEqual([])
  for (const name of names) expect(readFileSync(join(unpacked, name), 'utf8')).toBe(name)
})

test('what has no portable name, or is no file, is left behind with what to do', async () => {
  const { one, other, folder, unpacked } = hosts()
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/latin-`), Buffer.from([0xe9])]), '')
  writeFileSync(join(folder, 'two\nlines'), '')
  writeFileSync(join(folder, 'up\\..\\x'), '')
  execFileSync('mkfifo', [join(folder, 'pipe')])
  writeFileSync(join(folder, 'data'), 'kept')
  const { leftOut } = await carry(one, other)
  expect(new Map(leftOut.map(({ path, reason }) => [path, reason]))).toEqual(
    new Map([
      ['latin-\ufffd', 'its name is not UTF-8; rename it'],
      ['two\nlines', 'its name contains a line break; rename it'],
      ['up\\..\\x', 'its name is none on every system: it contains ..; rename it'],
      ['pipe', 'it is no file: a socket, a pipe or a device'],
    ]),
  )
  expect(readdirSync(unpacked).sort()).toEqual(['attempt-1-folder-1.tar', 'data'])
})

const oddName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', 'c', 'data') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('@x', 'C:foo', '-f', '\\a', 'd\\..\\e', '..a', ' ', 'a\nb', '\u00c3\u00a9', 'PaxHeader'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('x'.repeat(150), '\u00c3\u00a9'.repeat(60), '\u00e9', '\u00ff\u00fe', '\u001b[2J'),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'binary-ascii', minLength: 1, maxLength: 12 })
      .filter((name) => !/[/\0]/.test(name) && !/^\.\.?$/.test(name)),
  },
)

const place = fc.array(oddName, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
const target = fc.oneof(
  place,
  place.map((path) => `../${path}`),
  place.map((path) => `../../${path}`),
  place.map((path) => `FOLDER/${path}`),
  fc.constantFrom('.', '..', './', '/etc', '/', 'FOLDER', 'C:', '//host/share', 'a/../b', 'a/../../b'),
)
const entry = fc.oneof(
  fc.record({
    kind: fc.constant('file' as const),
    at: place,
    content: fc.string({ maxLength: 3 }),
    mode: fc.constantFrom(0o644, 0o755, 0o600, 0o444),
  }),
  fc.record({ kind: fc.constant('folder' as const), at: place }),
  fc.record({ kind: fc.constant('link' as const), at: place, target }),
  fc.record({ kind: fc.constant('hard link' as const), at: place, target: place }),
)

/** Makes what can be made of it: some come where a file is, or lie below one. */
function make(folder: string, { at, ...what }: typeof entry extends fc.Arbitrary<infer T> ? T : never): void {
  const path = bytesOf(folder, at)
  try {
    // Not through a link: that would be outside of the folder.
    for (let up = dirname(at); up !== '.'; up = dirname(up))
      if (lstatSync(bytesOf(folder, up), { throwIfNoEntry: false })?.isSymbolicLink()) return
    mkdirSync(bytesOf(folder, dirname(at)), { recursive: true })
    if (what.kind === 'file') writeFileSync(path, what.content, { mode: what.mode, flag: 'wx' })
    else if (what.kind === 'folder') mkdirSync(path)
    else if (what.kind === 'link') symlinkSync(Buffer.from(what.target.replace('FOLDER', folder), 'latin1'), path)
    else linkSync(bytesOf(folder, what.target), path)
  } catch {
    // It cannot be there.
  }
}

test('a folder is the same on another host, but for what was named when it was packed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (entries) => {
      const { one, other, folder, unpacked } = hosts()
      for (const each of entries) make(folder, each)
      const expected = treeOf(folder)
      const { leftOut, paths } = await carry(one, other)
      if (paths.length === 0) return
      const found = treeOf(unpacked)
      found.delete('attempt-1-folder-1.tar')
      for (const { path, reason } of leftOut) {
        expect(reason).toMatch(/; (rename it|link to a file in the folder, or copy it there)$/)
        for (const name of [...expected.keys()]) {
          const shown = Buffer.from(name, 'latin1').toString()
          if (shown === path || shown.startsWith(`${path}/`)) expected.delete(name)
        }
      }
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
      for (const [path, what] of expected) {
        if (!what.startsWith('link')) expect(found.get(path)).toBe(what)
        else {
          // The same file, though an absolute link has become a relative one.
          const to = (root: string, text: string) => resolve(root, dirname(path), text.slice(5)).replace(root, '')
          expect(to(unpacked, found.get(path) ?? '')).toBe(to(folder, what))
          expect(found.get(path)).not.toMatch(/^link \//)
        }
      }
    }),
    { numRuns: 200 },
  )
})

test.each([
  ['a link out of the folder', { linkpath: '/etc', type: 'SymbolicLink' }],
  ['a name that leads out', { path: '../escaped' }],
  ['an absolute name', { path: '/tmp/escaped' }],
  ['the name of a checkpoint', { path: './attempt-9-result.safetensors' }],
] as const)('a pack with %s is refused, and the folder stays as it was', async (_, crafted) => {
  const { one, other, folder, unpacked } = hosts()
  writeFileSync(join(folder, 'data'), 'new')
  if ('type' in crafted) symlinkSync('data', join(folder, 'link'))
  await create(
    {
      ...{ cwd: folder, file: join(one, packName), preservePaths: true },
      onWriteEntry(written) {
        if (!('type' in crafted)) written.path = crafted.path
        else if (written.type === 'SymbolicLink') written.linkpath = crafted.linkpath
      },
    },
    'type' in crafted ? ['./data', './link'] : ['./data'],
  )
  mkdirSync(unpacked)
  writeFileSync(join(unpacked, 'data'), 'old')
  writeFileSync(join(other, packName), readFileSync(join(one, packName)))
  await expect(unpack(other, packName)).rejects.toMatchObject({ code: 'artifact' })
  expect(readFileSync(join(unpacked, 'data'), 'utf8')).toBe('old')
  expect(readdirSync(other)).toEqual(['trial-1'])
  expect(existsSync('/tmp/escaped')).toBe(false)
})

test('what is no pack is refused, as are names of packs that lead out', async () => {
  const { other, unpacked } = hosts()
  mkdirSync(unpacked)
  writeFileSync(join(other, packName), Buffer.alloc(2_000, 'no tar'))
  await expect(unpack(other, packName)).rejects.toMatchObject({ code: 'artifact' })
  await expect(unpack(other, '../../x.tar')).rejects.toThrow('it contains ..')
})
