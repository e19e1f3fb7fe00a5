import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { expect, test } from 'vitest'

import { startS3 } from '../artifacts/s3-server.ts'
import { postgresLocation } from '../store/temporary-store.ts'
import { lockedDatabase, lockedTable, silentNetwork, smallDisk, stoppedServer, type Obstacle } from './obstacles.ts'
import { Swath, swath, workFolder } from './swath.ts'

/** Two seconds are promised; the machine of a test run may be busy. */
const mostMs = 10_000

/** Reports without end, and keeps in a file what it has reported; the next attempt completes at once. */
const reporting = `
import { appendFileSync, existsSync } from 'node:fs'
import { pbkdf2Sync } from 'node:crypto'
export default {
  async train({ params: { how }, report, resume }) {
    if (existsSync('again')) {
      await report({ epoch: (resume?.epoch ?? 0) + 1, sum: 0 })
      return {}
    }
    for (let epoch = 1; ; epoch++) {
      appendFileSync('reported-' + how, epoch + '\\n')
      const written = report({ epoch, sum: epoch })
      if (epoch % 3 === 0) await written
      await new Promise((resolve) => setTimeout(resolve, 100))
      if (how === 'native' && epoch === 5) {
        await written
        appendFileSync('native-now', '')
        pbkdf2Sync('a', 'b', 2e7, 64, 'sha512')
      }
    }
  },
}
`
const stubborn = `#!/bin/sh
trap '' TERM INT
echo $$ > "$(dirname "$0")/pid-of-command"
epoch=0
while :; do
  epoch=$((epoch + 1))
  echo "{\\"epoch\\": $epoch, \\"sum\\": $epoch}"
  sleep 0.1
done
`
const sweep = (hows: string, program = 'program: ./own.mjs') => `name: own
${program}
method: grid
resources: { cores: 0 }
objectives: [{ name: sum, goal: maximize }]
parameters:
  how: { values: [${hows}] }
`

function files(hows = 'a, b'): Record<string, string> {
  return { 'own.mjs': reporting, 'own.yaml': sweep(hows), 'command.sh': stubborn }
}

/** Ends a command; resolves to how it ended, and after how many milliseconds. */
async function ended({ child, finished }: Swath, signal: NodeJS.Signals = 'SIGTERM') {
  const since = performance.now()
  child.kill(signal)
  const { code, stderr } = await finished
  const ms = Math.round(performance.now() - since)
  // The figures of docs/faults.md come from here.
  if (process.env.SWATH_SHOW_TIMES !== undefined) console.log(expect.getState().currentTestName, ms, 'ms')
  return { code, status: child.signalCode, ms, stderr }
}

/** How many epochs each trial of a folder says that it has reported, by its parameter. */
function reported(folder: string): Map<string, number> {
  const found = readdirSync(folder).flatMap((name) => {
    const [, how] = /^reported-(.*)$/.exec(name) ?? []
    return how === undefined ? [] : [[how, readFileSync(join(folder, name), 'utf8').trim().split('\n').length] as const]
  })
  return new Map(found)
}

function countReported(folder: string): number {
  return [...reported(folder).values()].reduce((sum, epochs) => sum + epochs, 0)
}

const stored = `select params, epoch from trials join (
    select trial_id, epoch, name, value from metrics union all
    select trial_id, epoch, name, value from superseded_metrics
  ) as reports on trial_id = id where name = 'sum' and value = epoch`

/** Resumes the sweep, and expects that it has all that was reported before. */
async function expectNothingLost(folder: string, environment: NodeJS.ProcessEnv = {}): Promise<void> {
  const before = reported(folder)
  writeFileSync(join(folder, 'again'), '')
  const start = (...args: string[]) => new Swath(args, folder, undefined, environment).finished
  const resumed = await start('resume')
  expect(resumed.code, resumed.stderr).toBe(0)
  const { stdout } = await start('sql', stored, '--json')
  const rows = JSON.parse(stdout) as { readonly params: string; readonly epoch: number }[]
  for (const [how, epochs] of before) {
    const found = rows.filter(({ params }) => params.includes(`"${how}"`)).map(({ epoch }) => epoch)
    // The last one may not have left its thread.
    const expected = Array.from({ length: epochs - 1 }, (_, k) => k + 1)
    expect(found.filter((epoch) => epoch < epochs).sort((a, b) => a - b)).toEqual(expected)
  }
}

/** A run that is ended while an obstacle stands, and taken up again without it. */
async function endBehind(obstacle: Obstacle, folder: string, environment: NodeJS.ProcessEnv = {}) {
  const run = new Swath(['run', 'own.yaml', '--workers', '2'], folder, undefined, environment)
  await run.says(/epoch 3:/)
  await obstacle.begin()
  const count = countReported(folder)
  // Each of two trials reports once more, at least, and one of them waits for an answer by then.
  while (countReported(folder) < count + 3) await delay(20)
  const end = await ended(run)
  await obstacle.end()
  return end
}

const nothing: Obstacle = { begin: () => Promise.resolve(), end: () => Promise.resolve() }
const isRoot = process.getuid?.() === 0

test.each(['nothing is wrong', 'another process holds the database'])(
  'a run on SQLite ends in time and loses nothing while %s',
  async (what) => {
    const folder = workFolder(files())
    const path = join(folder, 'swath.db')
    const { code, ms, stderr } = await endBehind(what.startsWith('nothing') ? nothing : lockedDatabase(path), folder)
    expect({ code, isLate: ms > mostMs }, stderr).toEqual({ code: 130, isLate: false })
    await expectNothingLost(folder)
    expect(readdirSync(folder).filter((name) => name.endsWith('.jsonl'))).toEqual([])
  },
)

test.skipIf(!isRoot)('a run on SQLite ends in time and is resumed while its disk is full (root only)', async () => {
  const disk = smallDisk()
  const folder = workFolder(files())
  const environment = { SWATH_STORE: `sqlite:${join(disk.folder, 'swath.db')}` }
  const { code, ms, stderr } = await endBehind(disk, folder, environment)
  expect({ code, isLate: ms > mostMs }, stderr).toEqual({ code: 130, isLate: false })
  await expectNothingLost(folder, environment)
})

test('a thread in a native call does not keep a run', async () => {
  const folder = workFolder(files('native'))
  const run = new Swath(['run', 'own.yaml', '--workers', '1'], folder)
  while (!existsSync(join(folder, 'native-now'))) await delay(50)
  const { code, status, ms } = await ended(run, 'SIGINT')
  // A shell gives both the exit code 130.
  expect([code, status]).toEqual(code === null ? [null, 'SIGINT'] : [130, null])
  expect(ms).toBeLessThan(mostMs)
  await expectNothingLost(folder)
})

test('a command that ignores SIGTERM is killed with its group', async () => {
  const folder = workFolder(files())
  writeFileSync(join(folder, 'own.yaml'), sweep('a', `command: [sh, ${join(folder, 'command.sh')}]`))
  const run = new Swath(['run', 'own.yaml', '--workers', '1'], folder)
  await run.says(/epoch 3:/)
  const { code, ms } = await ended(run)
  expect({ code, isLate: ms > mostMs }).toEqual({ code: 130, isLate: false })
  const pid = Number(readFileSync(join(folder, 'pid-of-command'), 'utf8'))
  expect(existsSync(`/proc/${pid}`)).toBe(false)
})

test.each(['a table is locked', 'the server is stopped', 'the network is silent'])(
  'a run on PostgreSQL ends in time and loses nothing while %s',
  async (what) => {
    const folder = workFolder(files())
    const [obstacle, url] = await onPostgres(what)
    const environment = { SWATH_STORE: url, SWATH_LEASE_MS: '3000' }
    const { code, ms, stderr } = await endBehind(obstacle, folder, environment)
    expect({ code, isLate: ms > mostMs }, stderr).toEqual({ code: 130, isLate: false })
    await expectNothingLost(folder, environment)
  },
)

/** As `reporting`, with a checkpoint at each epoch: 800 kB of weights in which each value is the epoch. */
const checkpointing = reporting.replace(
  'report({ epoch, sum: epoch })',
  'report({ epoch, sum: epoch }, { checkpoint: { weights: [new Float32Array(200_000).fill(epoch)] } })',
)

test('a run ends in time and loses nothing while the bucket of its checkpoints is silent', async () => {
  const folder = workFolder({ ...files(), 'own.mjs': checkpointing })
  const s3 = await startS3()
  const network = await silentNetwork(s3.environment.AWS_ENDPOINT_URL ?? '')
  const environment = {
    ...{ SWATH_STORE: postgresLocation(), SWATH_LEASE_MS: '3000' },
    ...{ ...s3.environment, AWS_ENDPOINT_URL: network.url, SWATH_ARTIFACTS: `s3://${s3.bucket}/swath` },
  }
  const { code, ms, stderr } = await endBehind(network, folder, environment)
  expect({ code, isLate: ms > mostMs }, stderr).toEqual({ code: 130, isLate: false })
  await expectNothingLost(folder, environment)
})

async function onPostgres(what: string): Promise<readonly [Obstacle, string]> {
  if (what.startsWith('the server')) {
    const server = await stoppedServer()
    return [server, server.url]
  }
  const location = postgresLocation()
  if (what.startsWith('a table')) return [lockedTable(withSearchPath(location)), location]
  const network = await silentNetwork(location)
  return [network, network.url]
}

/** For a client that does not know what `schema` means. */
function withSearchPath(location: string): string {
  const url = new URL(location)
  const schema = url.searchParams.get('schema') ?? ''
  url.searchParams.delete('schema')
  url.searchParams.set('options', `-c search_path=${schema}`)
  return url.href
}

test('an idle worker, the page and a question end in time while the server is stopped', async () => {
  const folder = workFolder()
  const server = await stoppedServer()
  const environment = { SWATH_STORE: server.url }
  const start = (...args: string[]) => new Swath(args, folder, undefined, environment)
  const page = start('serve', '--port', '0')
  await page.says(/http:/)
  const worker = start('worker', '--workers', '1', '--grace', '60')
  await delay(0)
  for (;;) {
    const { stdout } = await start('hosts', '--json').finished
    if (stdout.includes('active')) break
  }
  const question = start('sql', 'select pg_sleep(60)')
  await server.begin()
  const ends = await Promise.all([page, worker, question].map((each) => ended(each)))
  for (const { ms, stderr } of ends) expect(ms, stderr).toBeLessThan(mostMs)
})

test('what two next starts find spooled is written once', async () => {
  const folder = workFolder(files('a'))
  await endBehind(lockedDatabase(join(folder, 'swath.db')), folder)
  const spooled = readdirSync(join(folder, 'swath.db-processes')).filter((name) => name.endsWith('.jsonl'))
  expect(spooled).toHaveLength(1)
  writeFileSync(join(folder, 'again'), '')
  const both = await Promise.all([swath(['resume'], folder), swath(['resume'], folder)])
  // One may find the sweep taken.
  expect(both.map(({ code }) => code)).toContain(0)
  await expectNothingLost(folder)
})
