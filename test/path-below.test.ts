import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { SwathError } from '../src/errors.ts'
import { pathBelow } from '../src/path-below.ts'
import { hostileName } from './hostile-names.ts'
import { temporaryFolder } from './store/temporary-store.ts'

test('a name becomes the path below its folder', () => {
  const folder = temporaryFolder()
  for (const name of [
    'a',
    'trial-1/attempt-1.safetensors',
    'a..b',
    '...',
    '.hidden',
    'ä b/c"d',
    '-rf',
    'xy:z',
    'trial-1/',
  ]) {
    expect(pathBelow(folder, name)).toBe(resolve(folder, name))
  }
})

test.each([
  ['../x', 'it contains ..'],
  ['a/../../x', 'it contains ..'],
  ['a\\..\\..\\x', 'it contains ..'],
  ['..', 'it contains ..'],
  ['/etc/passwd', 'it is absolute'],
  ['\\\\host\\share', 'it is absolute'],
  ['C:\\x', 'it is absolute'],
  ['c:x', 'it is absolute'],
  ['a\0b', 'it contains a NUL character'],
  ['', 'it is empty'],
  ['.', 'it is empty'],
  ['.//./', 'it is empty'],
  [7 as unknown as string, 'it is not text'],
])('%j is refused: %s', (name, flaw) => {
  const folder = temporaryFolder()
  expect(() => pathBelow(folder, name)).toThrow(`${JSON.stringify(name)} is no name of a file in ${folder}: ${flaw}`)
  expect(() => pathBelow(folder, name, 'program')).toThrow(expect.objectContaining({ code: 'program' }))
})

test('no name at all leads out of its folder', () => {
  const folder = temporaryFolder()
  fc.assert(
    fc.property(hostileName, (name) => {
      let path: string
      try {
        path = pathBelow(folder, name)
      } catch (error) {
        expect(error).toBeInstanceOf(SwathError)
        return
      }
      expect(path.startsWith(folder + sep)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

test('a link on the way may lead elsewhere in the folder, not out of it, and not to nowhere', () => {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()]
  mkdirSync(join(folder, 'real'))
  writeFileSync(join(folder, 'real', 'file'), '')
  writeFileSync(join(outside, 'file'), '')
  symlinkSync('real', join(folder, 'inside'))
  symlinkSync(outside, join(folder, 'outside'))
  symlinkSync('nowhere', join(folder, 'dangling'))
  symlinkSync('.', join(folder, 'itself'))
  expect(pathBelow(folder, 'inside/file')).toBe(join(folder, 'inside', 'file'))
  expect(pathBelow(folder, 'inside/new/deep')).toBe(join(folder, 'inside', 'new', 'deep'))
  for (const name of ['outside', 'outside/file', 'outside/new/deep', 'dangling', 'dangling/x', 'itself']) {
    expect(() => pathBelow(folder, name)).toThrow('a symbolic link leads out of it')
  }
})

test('a folder that is reached through a link is as good as any, and so is one that is not there yet', () => {
  const folder = temporaryFolder()
  const link = join(temporaryFolder(), 'link')
  symlinkSync(folder, link)
  writeFileSync(join(folder, 'a'), '')
  expect(pathBelow(link, 'a')).toBe(join(link, 'a'))
  expect(pathBelow(join(folder, 'later'), 'a')).toBe(join(folder, 'later', 'a'))
})
