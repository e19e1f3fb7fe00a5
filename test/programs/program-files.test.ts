import { renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { ProgramFiles } from '../../src/programs/program-files.ts'
import { readVersion } from '../../src/programs/version.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

function watched(text = 'one', other = 'two') {
  const folder = temporaryFolder()
  const [path, beside] = [join(folder, 'own.mjs'), join(folder, 'beside.mjs')]
  writeFileSync(path, `import './beside.mjs'\n${text}`)
  writeFileSync(beside, other)
  return { path, beside, files: new ProgramFiles(readVersion({ module: path }, { folder, send: [] }), folder) }
}

test('files that are as they were have not changed, however often they are looked at', () => {
  const { files } = watched()
  for (let k = 0; k < 3; k++) expect(files.look()).toBe(false)
  expect(files.writes).toBe(0)
})

test('an edit of any file is seen at once, also one of the same length within the same moment', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (isBeside, before, after) => {
      fc.pre(before !== after)
      const { path, beside, files } = watched('', before)
      const edited = isBeside ? beside : path
      expect(files.look()).toBe(false)
      writeFileSync(edited, after)
      expect(files.look()).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('an edit is seen that leaves size and time of the last change as they were', () => {
  const { beside, files } = watched()
  const old = new Date(2020, 1)
  utimesSync(beside, old, old)
  files.look()
  writeFileSync(beside, 'owt')
  utimesSync(beside, old, old)
  expect(statSync(beside).mtimeMs).toBe(old.getTime())
  expect(files.look()).toBe(true)
})

test('a change that was undone is remembered: a thread may have loaded it', () => {
  const { beside, files } = watched()
  files.look()
  writeFileSync(beside, 'owt')
  files.look()
  writeFileSync(beside, 'two')
  expect(files.look()).toBe(true)
  expect(files.writes).toBe(2)
})

test('a file that is written with the text that it has is no change, but was written', () => {
  const { beside, files } = watched()
  files.look()
  writeFileSync(`${beside}.new`, 'two')
  renameSync(`${beside}.new`, beside)
  expect(files.look()).toBe(false)
  expect(files.writes).toBe(1)
})

test('a file that is gone has changed', () => {
  const { beside, files } = watched()
  files.look()
  rmSync(beside)
  expect(files.look()).toBe(true)
})

test('a program without files never changes', () => {
  const files = new ProgramFiles(undefined, '/')
  expect(files.look()).toBe(false)
  expect(files.sha256).toBeNull()
})
