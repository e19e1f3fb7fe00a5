import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { artifactFolder } from '../../src/artifacts/folder.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

test('says what is wrong with a file, as reading it would', () => {
  const folder = temporaryFolder()
  const artifacts = artifactFolder(folder)
  const stored = artifacts.write('trial-1/a', [Buffer.alloc(3_000_000, 'weights')])
  expect(artifacts.flawOf(stored)).toBeUndefined()
  for (const [content, flaw] of [
    [Buffer.alloc(3_000_000, 'weighty'), 'is not the file that the trial wrote: its SHA-256 differs'],
    [Buffer.alloc(1), 'is cut short: expected 3000000 bytes, found 1'],
    [Buffer.alloc(3_000_001), 'is too long: expected 3000000 bytes, found 3000001'],
  ] as const) {
    writeFileSync(join(folder, 'trial-1/a'), content)
    expect(artifacts.flawOf(stored)).toBe(flaw)
    expect(() => artifacts.read(stored)).toThrow(`a ${flaw}`)
  }
  rmSync(join(folder, 'trial-1'), { recursive: true })
  expect(artifacts.flawOf(stored)).toBe('is gone')
})

test('lists what is in a folder, and removes it whole', () => {
  const folder = temporaryFolder()
  const artifacts = artifactFolder(folder)
  artifacts.write('trial-1/a', [Buffer.alloc(10)])
  mkdirSync(join(folder, 'trial-1/logs/deep'), { recursive: true })
  writeFileSync(join(folder, 'trial-1/logs/deep/b'), 'five.')
  expect(artifacts.list('')).toEqual([{ name: 'trial-1', isFolder: true }])
  expect(artifacts.list('trial-1')).toEqual([
    { name: 'trial-1/a', isFolder: false },
    { name: 'trial-1/logs', isFolder: true },
  ])
  expect(artifacts.list('trial-2')).toEqual([])
  artifacts.remove(['trial-1', 'trial-2'])
  expect(artifacts.list('')).toEqual([])
})
