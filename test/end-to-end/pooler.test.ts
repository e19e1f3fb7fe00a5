import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, onTestFinished, test } from 'vitest'

import { Database } from '../../bench/cluster-faults/database.ts'
import { findPgBouncer, missingPgBouncer } from '../store/postgres/find-pgbouncer.ts'
import { startPgBouncer } from '../store/postgres/pgbouncer.ts'
import { Swath, workFolder } from './swath.ts'

const trials = 12
const epochs = 4

/** The trial with x = 1 leaves a link out of its folder and fails; the others report a loss an epoch. */
const program = `
import { symlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
const { SWATH_PARAMS, SWATH_CHECKPOINT_DIR } = process.env
const { x } = JSON.parse(SWATH_PARAMS)
for (let epoch = 1; epoch <= ${epochs}; epoch++) {
  console.log(JSON.stringify({ epoch, loss: x / epoch }))
  await delay(100)
  if (x === 1 && epoch === 2) {
    const link = join(SWATH_CHECKPOINT_DIR, 'link')
    rmSync(link, { force: true })
    symlinkSync('/etc/hostname', link)
    process.exit(3)
  }
}
`
const sweep = `name: own
command: [node, own.mjs]
method: grid
metric: { name: loss }
retries: 1
resources: { cores: 0 }
parameters:
  x: { values: [${Array.from({ length: trials }, (_, k) => k + 1).join(', ')}] }
`

/** A server of the test's own, which it can restart. */
async function ownServer(): Promise<Database> {
  // The server may run as a user who may not enter other folders.
  const folder = mkdtempSync(join(tmpdir(), 'swath-pooler-'))
  const database = await Database.start(folder)
  onTestFinished(async () => {
    await database.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return database
}

describe.skipIf(findPgBouncer() === undefined)(`hosts behind PgBouncer (${missingPgBouncer() ?? 'found'})`, () => {
  test.each(['session', 'transaction'] as const)(
    '%s mode: a poisonous trial, a host that cannot write and a restart of the database cost no other trial anything',
    async (mode) => {
      const database = await ownServer()
      const size = mode === 'session' ? '40' : '6'
      const { url } = await startPgBouncer(database.url.href, mode, { default_pool_size: size })
      const folder = workFolder({ 'own.yaml': sweep, 'own.mjs': program, file: '' })
      const environment = { SWATH_STORE: url, SWATH_LEASE_MS: '3000' }
      const start = (args: string[], more = {}) => new Swath(args, folder, undefined, { ...environment, ...more })
      const query = async (sql: string): Promise<unknown> => {
        const { code, stdout, stderr } = await start(['sql', sql, '--json', '--limit', '0']).finished
        expect(code, stderr).toBe(0)
        return JSON.parse(stdout)
      }

      const run = start(['run', 'own.yaml', '--workers', '0'])
      await run.says(/^sweep/)
      const closed = start(['worker', '--workers', '1'], { SWATH_CACHE: join(folder, 'file', 'cache') })
      const refused = await closed.finished
      expect(refused.stderr).toContain('this host can take no trial: ')
      expect(refused.code).toBe(1)

      const workers = [start(['worker', '--workers', '2']), start(['worker', '--workers', '2'])]
      await Promise.all(workers.map((worker) => worker.says(/epoch 2: /)))
      await database.restart(1_000)
      const { code, stdout, stderr } = await run.finished
      expect(code, stdout + stderr).toBe(1)
      for (const { child, finished } of workers) {
        child.kill('SIGTERM')
        expect((await finished).code, (await finished).stderr).toBe(0)
      }

      expect(await query('select state, count(*) as n from trials group by state order by state')).toEqual([
        { state: 'completed', n: trials - 1 },
        { state: 'failed', n: 1 },
      ])
      expect(
        await query(
          'select t.number, count(*) as n from attempts a join trials t on t.id = a.trial_id where exit_code = 3 group by 1',
        ),
      ).toEqual([{ number: 1, n: 2 }])
      const reports = `select t.number, m.epoch, m.value from metrics m join trials t on t.id = m.trial_id
        where m.name = 'loss' order by t.number, m.epoch`
      const rows = (x: number, count: number) =>
        Array.from({ length: count }, (_, k) => ({ number: x, epoch: k + 1, value: x / (k + 1) }))
      const expected = Array.from({ length: trials }, (_, k) => rows(k + 1, k === 0 ? 2 : epochs)).flat()
      expect(await query(reports)).toEqual(expected)
    },
    240_000,
  )
})
