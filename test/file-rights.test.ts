import type * as FileSystem from 'node:fs'
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

import { beforeEach, expect, test, vi } from 'vitest'

import { artifactFolder } from '../src/artifacts/folder.ts'
import { copyWithRights, createFolderWithRights, createWithRights } from '../src/file-rights.ts'
import { temporaryFolder } from './store/temporary-store.ts'

// Another user may write to the folder: as soon as a name appears, he puts a link to a file of root's in its place.

type OnCreated = (path: string) => void

const attack = vi.hoisted(() => ({ onCreated: undefined as OnCreated | undefined }))

vi.mock('node:fs', async (original) => {
  const real = await original<typeof FileSystem>()
  return {
    ...real,
    openSync: (path: string, flags: string | number, mode?: number) => {
      const file = real.openSync(path, flags, mode)
      if (flags === 'wx') attack.onCreated?.(path)
      return file
    },
    mkdirSync: (path: string, options: object) => {
      real.mkdirSync(path, options)
      attack.onCreated?.(path)
    },
  }
})

const rights = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0, mode: 0o644 }
const others = process.getuid?.() === 0 ? { ...rights, uid: 65_534, gid: 65_533 } : rights
let [folder, shadow, closed] = ['', '', '']

function seen(path: string) {
  const { uid, gid, mode } = statSync(path)
  return { uid, gid, mode: mode & 0o777 }
}

beforeEach(() => {
  attack.onCreated = undefined
  const around = temporaryFolder()
  ;[folder, shadow, closed] = [join(around, 'folder'), join(around, 'shadow'), join(around, 'closed')]
  mkdirSync(folder)
  mkdirSync(closed, { mode: 0o700 })
  writeFileSync(shadow, 'secret', { mode: 0o600 })
})

function attackWith(target: string, isWanted: (path: string) => boolean = () => true): void {
  attack.onCreated = (path) => {
    if (!isWanted(path)) return
    attack.onCreated = undefined
    renameSync(path, `${path}-moved`)
    symlinkSync(target, path)
  }
}

test('a link in the place of a new file gets neither its rights nor its content', () => {
  attackWith(shadow)
  const path = join(folder, 'new')
  createWithRights(path, others, (file) => {
    writeFileSync(file, 'content')
  })
  expect(lstatSync(path).isSymbolicLink()).toBe(true)
  expect(seen(shadow)).toEqual({ ...rights, mode: 0o600 })
  expect(readFileSync(shadow, 'utf8')).toBe('secret')
  expect(seen(`${path}-moved`)).toEqual(others)
  expect(readFileSync(`${path}-moved`, 'utf8')).toBe('content')
})

test('a link in the place of a new folder gets no rights', () => {
  attackWith(closed)
  expect(() => {
    createFolderWithRights(join(folder, 'new'), { ...others, mode: 0o755 })
  }).toThrow(/ENOTDIR|ELOOP/)
  expect(seen(closed)).toEqual({ ...rights, mode: 0o700 })
})

test('a copy has the rights of the file that was read', () => {
  const [from, to] = [join(folder, 'from'), join(folder, 'to')]
  writeFileSync(from, 'of the store', { mode: 0o640 })
  attack.onCreated = () => {
    renameSync(from, `${from}-moved`)
    symlinkSync(shadow, from)
  }
  copyWithRights(from, to)
  expect(readFileSync(to, 'utf8')).toBe('of the store')
  expect(seen(to)).toEqual({ ...rights, mode: 0o640 })
})

test('a link in the place of an artifact that is backed up is not written through', () => {
  const like = artifactFolder(join(folder, 'like'))
  like.write('trial-1/a', [Buffer.from('of the store')])
  attackWith(shadow, (path) => path.includes('/copy/trial-1/a.'))
  const copy = artifactFolder(join(folder, 'copy'), join(folder, 'like'))
  copy.write('trial-1/a', [Buffer.from('written by alice')])
  expect(readFileSync(shadow, 'utf8')).toBe('secret')
  expect(readdirSync(join(folder, 'copy/trial-1')).some((name) => name.endsWith('-moved'))).toBe(true)
})
