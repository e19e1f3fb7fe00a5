import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'

import { cached } from '../../src/setup/cache.ts'
import { openStore } from '../../src/store/open.ts'
import { startS3, type S3Server } from '../artifacts/s3-server.ts'
import { postgresLocation } from '../store/temporary-store.ts'
import { ask, smallSweep, Swath, swath, workFolder, type Finished } from './swath.ts'

/** Every process has a folder of its own for artifacts, so that one is to the next what another host is. */
class Hosts {
  readonly location = postgresLocation()
  readonly folder: string
  readonly #server: S3Server | undefined

  constructor(files: Readonly<Record<string, string>>, server?: S3Server) {
    this.folder = workFolder(files)
    this.#server = server
  }

  start(...args: string[]): Swath {
    const environment = { SWATH_STORE: this.location, SWATH_LEASE_MS: '2000', ...this.#server?.environment }
    const place = this.#server && args[0] === 'run' ? { SWATH_ARTIFACTS: `s3://${this.#server.bucket}/swath` } : {}
    return new Swath(args, this.folder, undefined, { ...environment, ...place })
  }

  run(...args: string[]): Promise<Finished> {
    return this.start(...args).finished
  }

  async query<T>(query: string): Promise<T[]> {
    const store = await openStore(this.location, 'read')
    const { rows } = await sql
      .raw<T>(query)
      .execute(store.db)
      .finally(() => store.close())
    return rows
  }
}

const results = `select t.number, t.weights_sha256, m.epoch, m.name, m.value from trials t join metrics m on m.trial_id = t.id
  where m.name not like '%seconds' and m.name not like '%per_second' order by 1, 3, 4`
const one = ['--set', 'depth=1', '--set', 'width=16', '--set', 'epochs=4']

/** What processes that were killed left in the cache; each is gone when the next one of its host has been there. */
function leftInCache(pid: number | undefined): string[] {
  const names = existsSync(cached('artifacts')) ? readdirSync(cached('artifacts')) : []
  return names.filter((name) => name.startsWith(`${pid}@`))
}

describe.each(['database', 'bucket'])('with the artifacts in a %s', (place) => {
  const server = async () => (place === 'bucket' ? startS3() : undefined)

  test('a trial goes on from its checkpoint on another host, and ends with the same bits', async () => {
    const whole = workFolder({ 'small.yaml': smallSweep })
    await swath(['run', 'small.yaml', ...one], whole)

    const hosts = new Hosts({ 'small.yaml': smallSweep }, await server())
    const run = hosts.start('run', 'small.yaml', ...one)
    await run.says(/epoch 2: /)
    run.child.kill('SIGKILL')
    await run.finished
    const resumed = await hosts.run('resume')
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(await hosts.query('select resumed_epoch from attempts order by attempt')).toEqual([
      { resumed_epoch: 0 },
      { resumed_epoch: expect.toSatisfy((epoch) => epoch === 2 || epoch === 3) as number },
    ])
    expect(await hosts.query(results)).toEqual(await ask(results, whole))
    expect(leftInCache(run.child.pid)).toEqual([])

    // Whoever reaches the store has the trained model.
    const evaluated = await hosts.run('evaluate', '1', '--json')
    expect(evaluated.code, evaluated.stderr).toBe(0)
    expect((await hosts.run('export', '1', '--format', 'safetensors')).stdout).toMatch(/Trial 1 as safetensors/)
    const doctor = await hosts.run('doctor', '--json')
    expect(JSON.parse(doctor.stdout)).toContainEqual(
      expect.objectContaining({ name: 'Checkpoints', status: 'ok', detail: expect.stringMatching(/^1,/) as string }),
    )

    expect((await hosts.run('delete', 'small', '--yes')).code).toBe(0)
    expect(JSON.parse((await hosts.run('gc', '--json')).stdout)).toMatchObject({ strays: [] })
    expect(await hosts.query('select * from artifact_parts')).toEqual([])
  })

  test('what a command keeps in its folder follows it from host to host', async () => {
    const script = `
here=$PWD
cd "$SWATH_CHECKPOINT_DIR"
mkdir -p state
epoch=$(cat state/epoch 2> /dev/null || echo 0)
echo "begins after epoch $epoch" >&2
while [ "$epoch" -lt 4 ]; do
  epoch=$((epoch + 1))
  echo "$epoch" > state/aside && mv state/aside state/epoch
  echo "{\\"epoch\\": $epoch, \\"x\\": $epoch}"
  while [ "$epoch" = 2 ] && [ ! -e "$here/go-on" ]; do sleep 0.1; done
done
echo whole > result.txt
`
    const hosts = new Hosts(
      {
        'count.sh': script,
        'count.yaml': 'name: count\ncommand: [sh, count.sh]\nmethod: grid\nparameters: { a: { value: 1 } }\n',
      },
      await server(),
    )
    const run = hosts.start('run', 'count.yaml')
    await run.says(/epoch 2: /)
    run.child.kill('SIGKILL')
    await run.finished
    writeFileSync(join(hosts.folder, 'go-on'), '')
    const resumed = await hosts.run('resume')
    expect(resumed.code, resumed.stderr).toBe(0)
    expect(resumed.stderr).toMatch(/begins after epoch 2/)
    expect(await hosts.query('select epoch, value from metrics order by epoch')).toEqual(
      [1, 2, 3, 4].map((epoch) => ({ epoch, value: epoch })),
    )

    // The last of its packed folders is left, and anybody can have what is in it.
    expect(await hosts.query('select kind from artifacts')).toEqual([{ kind: 'folder' }])
    expect((await hosts.run('export', '1', '--format', 'folder', '--out', 'mine')).stdout).toMatch(/as folder: mine/)
    expect(readFileSync(join(hosts.folder, 'mine/result.txt'), 'utf8')).toBe('whole\n')
    expect(readFileSync(join(hosts.folder, 'mine/state/epoch'), 'utf8')).toBe('4\n')
  })
})

test('a checkpoint that was changed is refused on another host, and the one before is as good', async () => {
  const whole = workFolder({ 'small.yaml': smallSweep })
  await swath(['run', 'small.yaml', ...one], whole)
  const hosts = new Hosts({ 'small.yaml': smallSweep })
  const run = hosts.start('run', 'small.yaml', ...one)
  await run.says(/epoch 2: /)
  run.child.kill('SIGKILL')
  await run.finished
  const store = await openStore(hosts.location, 'change')
  await sql`update artifact_parts set content = overlay(content placing '\\x00'::bytea from 100000)
    where name = (select name from artifacts order by id desc limit 1)`
    .execute(store.db)
    .finally(() => store.close())
  const resumed = await hosts.run('resume')
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(resumed.stderr).toMatch(/trial 1: .*its SHA-256 differs; it goes on from epoch [12]/)
  expect(await hosts.query(results)).toEqual(await ask(results, whole))
})

test('while the bucket cannot be reached trials train on, and none fails', async () => {
  const server = await startS3()
  const hosts = new Hosts({ 'small.yaml': smallSweep }, server)
  const run = hosts.start('run', 'small.yaml', ...one)
  await run.says(/epoch 1: /)
  await server.stop()
  await run.says(/s3:.* cannot be written: it cannot be reached .* What trains goes on/)
  await server.start()
  const { code, stderr } = await run.finished
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/takes writes again/)
  expect(await hosts.query('select state, attempt from trials')).toEqual([{ state: 'completed', attempt: 1 }])
})

test('where artifacts are is chosen once, and not for a store that is a file', async () => {
  const server = await startS3()
  const hosts = new Hosts({ 'small.yaml': smallSweep }, server)
  const elsewhere = await hosts.run('run', 'small.yaml', '--artifacts', 's3://nowhere/swath')
  expect(elsewhere.stderr).toMatch(/s3:\/\/nowhere\/swath\/swath-\w+ cannot be used: the bucket is not there/)
  // Nothing is there yet, so it may still be changed.
  expect((await hosts.run('run', 'small.yaml', ...one)).code).toBe(0)
  const other = await hosts.run('run', 'small.yaml', ...one, '--new', '--artifacts', 's3://models/other')
  expect(other.code).toBe(2)
  expect(other.stderr).toMatch(/keeps its artifacts in s3:\/\/models\/swath\/swath-\w+ already/)
  expect((await hosts.run('backup', 'kept.db')).stderr).toMatch(/pg_dump/)

  const file = await hosts.run('run', 'small.yaml', '--store', 'sqlite:own.db')
  expect(file.code).toBe(2)
  expect(file.stderr).toMatch(/a store that is a file keeps its artifacts beside it/)
})
