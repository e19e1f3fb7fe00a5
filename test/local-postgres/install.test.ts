import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { findBinaries } from '../../src/local-postgres/binaries.ts'
import { install } from '../../src/local-postgres/install.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

const isRoot = process.getuid?.() === 0

test("programs are found in the package that carries them, and run without the package's own script", () => {
  const { postgres, env, account } = install(join(openFolder(), 'server'))
  expect(execFileSync(postgres, ['--version'], { ...account, env, encoding: 'utf8' })).toMatch(
    /^postgres \(PostgreSQL\) \d+/,
  )
})

test.runIf(isRoot)('where root starts it, and only root can reach the programs, another user runs copies', () => {
  const closed = temporaryFolder()
  cpSync(findBinaries(), join(closed, 'native'), { recursive: true })
  const folder = join(openFolder(), 'server')
  const { initdb, postgres, account, env } = install(folder, join(closed, 'native'))
  expect(account?.uid).not.toBe(0)
  expect(statSync(folder).uid).toBe(account?.uid)
  expect(postgres).toBe(join(folder, 'programs', 'bin', 'postgres'))
  for (const program of [postgres, initdb]) {
    expect(execFileSync(program, ['--version'], { ...account, env, encoding: 'utf8' })).toMatch(/PostgreSQL/)
  }
  // What is there already is used again.
  writeFileSync(join(folder, 'settings.json'), '{}')
  expect(install(folder, join(closed, 'native')).postgres).toBe(postgres)
})

test.runIf(isRoot)('a folder that nobody but root can reach is refused with what to do', () => {
  expect(() => install(join(temporaryFolder(), 'server'))).toThrow(/does not run as root, and no other user can reach/)
})

test('a folder with something else in it is left alone', () => {
  const folder = openFolder()
  writeFileSync(join(folder, 'thesis.tex'), '')
  const { uid, mode } = statSync(folder)
  expect(() => install(folder)).toThrow("has something else in it than a server of swath's")
  expect(statSync(folder)).toMatchObject({ uid, mode })
})

/** One that every user may pass through. */
function openFolder(): string {
  const folder = temporaryFolder()
  chmodSync(folder, 0o755)
  return folder
}
