import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'

import { postgresLocation } from '../store/temporary-store.ts'
import { ask, smallSweep, Swath, swath, workFolder, type Finished } from './swath.ts'

const hashes = 'select params, repeat, weights_sha256 from trials order by number'
const metrics = `select t.number, m.epoch, m.name, m.value from metrics m join trials t on t.id = m.trial_id
  where m.name not like '%seconds' and m.name not like '%per_second' order by 1, 3, 2`
const command = join(import.meta.dirname, '../../bin/swath.js')

/** `swath` in a folder whose store is on the server, as SWATH_STORE says; its password is in the environment alone. */
function folderOnServer() {
  const folder = workFolder({ 'small.yaml': smallSweep })
  const url = new URL(postgresLocation())
  const environment = { PGPASSWORD: url.password, SWATH_LEASE_MS: '2000' }
  url.password = ''
  const start = (...args: string[]) => new Swath(args, folder, command, { ...environment, SWATH_STORE: url.href })
  const run = (...args: string[]): Promise<Finished> => start(...args).finished
  const rows = async <Row>(query: string): Promise<Row[]> => {
    const { code, stdout, stderr } = await run('sql', query, '--json')
    if (code !== 0) throw new Error(stderr)
    return JSON.parse(stdout) as Row[]
  }
  return { folder, environment, url: url.href, start, run, rows }
}

test('a sweep on PostgreSQL has the same bits as on SQLite, also after it was killed', async () => {
  const onFile = workFolder({ 'small.yaml': smallSweep })
  expect((await swath(['run', 'small.yaml'], onFile)).code).toBe(0)

  const { run, start, rows, url } = folderOnServer()
  const killed = start('run', 'small.yaml', '--workers', '1')
  await killed.says(/epoch 1: /)
  killed.child.kill('SIGKILL')
  const { stderr: header } = await killed.finished
  expect(header).toContain(url)
  const listed = JSON.parse((await run('list', '--json')).stdout) as unknown
  expect(listed).toMatchObject([{ name: 'small', trials: 4, completed: 0 }])

  const resumed = await run('resume')
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(await rows(hashes)).toEqual(await ask(hashes, onFile))
  expect(await rows(metrics)).toEqual(await ask(metrics, onFile))
  expect(await rows("select count(*) as n from attempts where state in ('running', 'lost')")).toMatchObject([
    { n: expect.any(Number) as number },
  ])
  expect(await rows('select * from coordinators')).toEqual([])

  const again = await run('run', 'small.yaml')
  expect(again.stdout).toMatch(/^small is complete: 4 of 4 trials completed\.\n/)
  expect((await run('show', 'small')).stdout).toMatch(/completed/)
  const onServer = await run('pareto', 'small', '--json')
  const inFile = await swath(['pareto', 'small', '--json'], onFile)
  const points = (text: string) => (JSON.parse(text) as { trial: number; flops: number }[]).map(({ flops }) => flops)
  expect(points(onServer.stdout)).toEqual(points(inFile.stdout))
  const question = 'select depth, width, flops, test_accuracy from sweep_small order by width desc, depth'
  expect(await rows(question)).toEqual(await ask(question, onFile))

  // What belongs to a file, a server's own tools do.
  for (const args of [
    ['backup', 'copy.db'],
    ['gc', '--vacuum'],
  ]) {
    const refused = await run(...args)
    expect(refused.code, args[0]).toBe(2)
    expect(refused.stderr).toMatch(/is on a PostgreSQL server, which has tools of its own.*\n→ pg_dump --schema=test_/)
  }
  const doctor = await run('doctor')
  expect(doctor.stdout).toMatch(/Database +sound, \S+B\n/)
  expect((await run('delete', 'small', '--yes')).stdout).toBe('small deleted.\n')
})

test('a password is in no list of processes, no output, and no row', async () => {
  const { folder } = folderOnServer()
  const { password } = new URL(inject('postgres').url)
  const location = postgresLocation()
  const run = new Swath(['run', 'small.yaml', '--workers', '1', '--debug'], folder, command, { SWATH_STORE: location })
  await run.says(/epoch 1: /)
  if (process.platform === 'linux') {
    const arguments_ = readdirSync('/proc').flatMap((pid) => {
      try {
        return /^\d+$/.test(pid) ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8')] : []
      } catch {
        return []
      }
    })
    expect(arguments_.filter((each) => each.includes(password))).toEqual([])
  }
  const { stdout, stderr } = await run.finished
  expect(stdout + stderr).not.toContain(password)
  const client = new pg.Client(location)
  await client.connect()
  const { rows } = await client.query<{ content: string }>(
    `select query_to_xml(format('select * from %I.%I', $1::text, tablename), true, true, '')::text as content
      from pg_tables where schemaname = $1`,
    [new URL(location).searchParams.get('schema')],
  )
  await client.end()
  expect(rows.length).toBeGreaterThan(5)
  expect(rows.filter(({ content }) => content.includes(password))).toEqual([])

  const wrong = await new Swath(['list', '--debug'], folder, command, {
    SWATH_STORE: inject('postgres').url.replace(password, `${password}x`),
  }).finished
  expect(wrong.code).toBe(1)
  expect(wrong.stderr).toMatch(/^error: postgres:\S+ does not let you in .*\n→ check user and password: PGPASSWORD/)
  expect(wrong.stderr).not.toContain(password)
})

/** Roles of a store are gone when the test is. */
function withoutRoles(url: string): string {
  const schema = new URL(url).searchParams.get('schema') ?? ''
  onTestFinished(async () => {
    const client = new pg.Client(new URL('/swath', inject('postgres').superuserUrl).href)
    await client.connect()
    for (const role of ['owner', 'worker', 'reader']) {
      await client.query(`drop owned by ${schema}_${role} cascade`)
      await client.query(`drop role ${schema}_${role}`)
    }
    await client.end()
  })
  return schema
}

test('an owner plans, a worker trains and a reader asks, and none does what is for another', async () => {
  const { folder, environment, url } = folderOnServer()
  const schema = withoutRoles(url)
  const as = (role: string, ...args: string[]) => {
    const own = new URL(url)
    own.username = `${schema}_${role}`
    return new Swath(args, folder, command, { SWATH_STORE: own.href, PGPASSWORD: role, SWATH_LEASE_MS: '2000' })
  }
  const passwords = { SWATH_OWNER_PASSWORD: 'owner', SWATH_WORKER_PASSWORD: 'worker', SWATH_READER_PASSWORD: 'reader' }
  const setUp = { ...environment, ...passwords, SWATH_STORE: url }
  expect((await new Swath(['setup', 'postgres', '--roles'], folder, command, setUp).finished).code).toBe(0)

  const worker = as('worker', 'worker')
  const { code, stderr } = await as('owner', 'run', 'small.yaml', '--workers', '0').finished
  expect(code, stderr).toBe(0)
  worker.child.kill('SIGTERM')
  expect(await worker.finished).toMatchObject({ code: 0 })
  const asked = await as('reader', 'sql', 'select distinct t.state, h.state as host from trials t, hosts h', '--json')
    .finished
  expect(JSON.parse(asked.stdout)).toEqual([{ state: 'completed', host: 'gone' }])
  expect((await as('reader', 'hosts', '--csv').finished).stdout).toMatch(/,gone,/)

  const refused = await as('reader', 'run', 'small.yaml').finished
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/may only be read by this user/)])
  const client = new pg.Client(Object.assign(new URL(url), { username: `${schema}_worker`, password: 'worker' }).href)
  await client.connect()
  await expect(client.query(`drop table ${schema}.metrics`)).rejects.toThrow(/must be owner/)
  const queues = async () => {
    const { rows } = await client.query<object>(`select name from ${schema}_queue.queue where name ~ '^sweep'`)
    return rows
  }
  expect(await queues()).toHaveLength(1)
  expect((await as('owner', 'delete', 'small', '--yes').finished).stdout).toBe('small deleted.\n')
  expect(await queues()).toEqual([])
  await client.end()
})

test('roles are made and told', async () => {
  const { run, url } = folderOnServer()
  const schema = withoutRoles(url)
  const { code, stdout, stderr } = await run('setup', 'postgres', '--roles')
  expect(code, stderr).toBe(0)
  expect(stdout).toMatch(
    new RegExp(`${schema}_owner +makes, .*\n +${schema}_worker +trains: .*\n +${schema}_reader +reads: `),
  )
  expect(stdout).toMatch(/create role alice login in role/)
  expect((await run('list')).stdout).toMatch(/No sweep yet/)
  expect((await run('setup', 'postgres')).stderr).toMatch(/there is nothing to set up without --roles/)
})

const started = async (folder: string, ...args: string[]) => {
  const server = new Swath(['postgres', ...args], folder)
  const first = new Promise<string>((resolve) =>
    server.child.stdout?.once('data', (url: Buffer) => {
      resolve(String(url))
    }),
  )
  await server.says(/Ctrl-C ends it/)
  return { server, url: (await first).trim() }
}

test('swath postgres keeps a server until Ctrl-C, and its data longer', async () => {
  const folder = workFolder()
  // Root has it run as a user who has to get there.
  chmodSync(folder, 0o755)
  const { server, url } = await started(folder)
  const list = () => new Swath(['list'], folder, command, { SWATH_STORE: url }).finished
  expect((await list()).stderr).toMatch(/there is no store at postgres:\/\/swath@127\.0\.0\.1:\d+\/swath/)
  const client = new pg.Client(url)
  await client.connect()
  await client.query('create table kept (id integer)')
  await client.end()

  const second = await swath(['postgres'], folder)
  expect(second.code).toBe(1)
  expect(second.stderr).toMatch(/does not start in .*swath-postgres.*\n→ a server runs there already/)
  server.child.kill('SIGINT')
  const { code, stderr } = await server.finished
  expect([code, stderr]).toEqual([0, expect.stringMatching(/PostgreSQL has ended\.\n$/)])
  expect(existsSync(join(folder, 'swath-postgres', 'data', 'postmaster.pid'))).toBe(false)
  expect((await list()).stderr).toMatch(/is not answered by any server/)

  const again = await started(folder, 'swath-postgres')
  expect(again.url).toBe(url)
  const reader = new pg.Client(again.url)
  reader.on('error', () => undefined)
  await reader.connect()
  expect((await reader.query('select * from kept')).rows).toEqual([])

  // Whatever ends swath, no server is left behind.
  const pid = Number(readFileSync(join(folder, 'swath-postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0])
  const lost = new Promise((resolve) => reader.once('end', resolve))
  again.server.child.kill('SIGKILL')
  await lost
  while (isThere(pid)) await new Promise((resolve) => setImmediate(resolve))
  expect((await swath(['postgres', '--port', '70000'], folder)).stderr).toMatch(/--port 70000: expected a whole number/)
  expect((await swath(['postgres', '.'], folder)).stderr).toMatch(/has something else in it than a server of swath's/)
})

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
