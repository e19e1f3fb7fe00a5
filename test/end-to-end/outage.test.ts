import { expect, onTestFinished, test } from 'vitest'

import { startPostgres } from '../../src/local-postgres/server.ts'
import { temporaryFolder } from '../store/temporary-store.ts'
import { ask, smallSweep, Swath, swath, workFolder } from './swath.ts'

const file = smallSweep
  .replace('[1, 2]', '[1]')
  .replace('[16, 32]', '[16]')
  .replace('epochs: { value: 2 }', 'epochs: { value: 80 }')
const results = 'select params, attempt, weights_sha256 from trials'
const metrics = `select epoch, name, value from metrics
  where name not in ('epoch_seconds', 'images_per_second') order by epoch, name limit 1000`

test('a host trains on while the database is away; it is killed, and the next one hands in what it kept', async () => {
  const folder = workFolder({ 'small.yaml': file })
  const cache = { SWATH_LEASE_MS: '3000' }
  const data = temporaryFolder()
  const server = await startPostgres(data)
  const start = (...args: string[]) => new Swath(args, folder, undefined, { ...cache, SWATH_STORE: server.url })
  const query = async <Row>(sql: string): Promise<Row[]> => {
    const { stdout } = await start('sql', sql, '--json').finished
    return JSON.parse(stdout) as Row[]
  }
  const run = start('run', 'small.yaml', '--workers', '0')
  const worker = start('worker', '--workers', '1')
  await worker.says(/epoch 2:/)
  await server.stop()
  await worker.says(/What trains goes on: its reports are kept on this host's disk/)
  await worker.says(/epoch 6:/)
  worker.child.kill('SIGKILL')
  await worker.finished

  // Who watches would take the trial back when its lease is over, however long the next host takes to start.
  run.child.kill('SIGSTOP')
  const again = await startPostgres(data)
  onTestFinished(() => again.stop())
  const next = start('worker', '--workers', '1')
  await next.says(/small: handed in what an earlier process of this host had kept: [1-9]\d* reports/)
  run.child.kill('SIGCONT')
  expect((await run.finished).code).toBe(0)
  const [second] = await query<{ resumed_epoch: number }>('select resumed_epoch from attempts where attempt = 2')
  expect(second?.resumed_epoch).toBeGreaterThanOrEqual(6)
  next.child.kill('SIGTERM')
  expect((await next.finished).code).toBe(0)

  const alone = workFolder({ 'small.yaml': file })
  expect((await swath(['run', 'small.yaml'], alone)).code).toBe(0)
  const [trial] = await ask<{ readonly attempt: number }>(results, alone)
  expect(await query(results)).toEqual([{ ...trial, attempt: 2 }])
  expect(await query(metrics)).toEqual(await ask(metrics, alone))
})
