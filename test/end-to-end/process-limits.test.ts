import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'

import { expect, test } from 'vitest'

import { workFolder } from './swath.ts'

const program = `export default {
  async train({ params: { x }, report }) {
    for (let epoch = 1; epoch <= 2; epoch++) await report({ epoch, score: x * epoch })
  },
}
`
const sweep = 'name: own\nprogram: ./own.mjs\nmethod: grid\nparameters:\n  x: { values: [1, 2] }\n'
const swath = `"${process.execPath}" "${resolve('bin/swath.js')}"`
/** What only a bug of swath's, or a crash, prints. */
const crash = /has a bug|^ +at .+:\d+|node:internal|Native stack trace|Uncaught/m

function shell(line: string, folder: string) {
  const env = { ...process.env, NO_COLOR: '1' }
  return spawnSync('bash', ['-c', line], { cwd: folder, encoding: 'utf8', timeout: 90_000, env })
}

/** A folder with a sweep and its results. */
function withResults(): string {
  const folder = workFolder({ 'own.mjs': program, 'own.yaml': sweep })
  expect(shell(`${swath} run own.yaml`, folder).status).toBe(0)
  return folder
}

const reading = ['list', 'show own', "sql 'select 1 as a'", 'pareto own --json']

/** How many files a command needs open differs between versions of Node: it works, or says why it does not. */
const either = [0, 1]

test.each<[limit: string, before: string, commands: readonly string[], after: string, codes: number | number[]]>([
  ['21 open files', 'ulimit -n 21;', [...reading, 'doctor', 'run own.yaml --new'], '', either],
  ['64 open files', 'ulimit -n 64;', [...reading, 'doctor', 'run own.yaml --new'], '', either],
  ['files of 10 KB', 'ulimit -f 10;', ['list', 'run own.yaml --new', 'resume own'], '', 1],
  ['a full disk behind stdout', '', [...reading, 'doctor', 'run own.yaml --new'], '> /dev/full', 1],
  ['a closed stdout', '', [...reading, 'run own.yaml --new'], '>&-', 0],
  ['a closed stderr', '', ['list', 'run own.yaml --new'], '2>&-', 0],
  ['a closed stdin', '', ['list', 'run own.yaml --new'], '<&-', 0],
  ['a folder that is gone', 'mkdir d; cd d; rmdir ../d;', ['list', 'run ../own.yaml', 'doctor'], '', 1],
  ['no folder for temporary files', 'export TMPDIR="$PWD/own.yaml/none";', ['run own.yaml --new'], '', 1],
])(
  'with %s no command crashes, hangs or leaves a broken store',
  { timeout: 300_000 },
  (_, before, commands, after, codes) => {
    const folder = withResults()
    for (const command of commands) {
      const { status, stderr, stdout } = shell(`${before} ${swath} ${command} ${after}`, folder)
      expect([codes].flat(), `${command}: ${stderr}`).toContain(status)
      expect(stderr + stdout).not.toMatch(crash)
      if (status !== 0 && command !== 'doctor') expect(stderr).toMatch(/^error: .+\n→ .+/m)
    }
    expect(shell(`${swath} list`, folder).status).toBe(0)
  },
)

test('a run whose files may not grow waits with a notice, and Ctrl-C ends it', { timeout: 60_000 }, () => {
  const folder = withResults()
  const { status, stderr } = shell(
    `ulimit -f 100; ${swath} run own.yaml --new 2> >(tee err >&2) & p=$!
    until grep -q 'cannot be written' err 2>/dev/null || ! kill -0 $p 2>/dev/null; do sleep 0.1; done
    kill -INT $p; wait $p`,
    folder,
  )
  expect(stderr).toMatch(
    /cannot be written: this process may write no file beyond \d+ bytes \(ulimit -f\)\. .+ Ctrl-C ends it/,
  )
  expect(stderr).not.toMatch(crash)
  expect(status).toBe(130)
  expect(shell(`${swath} list`, folder).status).toBe(0)
})
