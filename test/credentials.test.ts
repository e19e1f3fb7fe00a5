import { readdirSync, readFileSync } from 'node:fs'

import fc from 'fast-check'
import { expect, test } from 'vitest'

import { programEnvironment, withoutCredentials } from '../src/credentials.ts'

const credentials = [
  ...['SWATH_STORE', 'SWATH_TOKEN', 'SWATH_OWNER_PASSWORD', 'SWATH_WORKER_PASSWORD', 'SWATH_READER_PASSWORD'],
  ...['PGPASSWORD', 'PGPASSFILE', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  ...['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_AUTHORIZATION_TOKEN', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
]

const name = fc.oneof(fc.constantFrom(...credentials, 'PATH', 'PGHOST', 'AWS_REGION', 'HOME'), fc.string())
const environment = fc.dictionary(name, fc.string())

test('programs inherit every variable but the credentials that they are not granted', () => {
  fc.assert(
    fc.property(environment, fc.dictionary(name, fc.option(fc.string())), (inherited, granted) => {
      const given = programEnvironment(granted, inherited)
      for (const each of new Set([...Object.keys(inherited), ...Object.keys(granted)])) {
        const isGranted = Object.hasOwn(granted, each)
        const isWithheld = !isGranted && credentials.includes(each)
        expect(given[each]).toBe((isGranted ? granted[each] : null) ?? (isWithheld ? undefined : inherited[each]))
      }
      expect(credentials.filter((each) => each in withoutCredentials(inherited))).toEqual([])
    }),
  )
})

/** Why each file that starts a process or a thread gives it no credentials, or may. */
const starters: Readonly<Record<string, string>> = {
  'src/cli/open-in-browser.ts': 'without credentials',
  'src/cli/page-beside.ts': 'swath',
  'src/local-postgres/run-server.ts': 'without credentials: the environment of its installation',
  'src/local-postgres/server.ts': 'without credentials: the environment of its installation',
  'src/process-pipe.ts': 'mkfifo of the system',
  'src/programs/command/process.ts': 'without credentials: the environment of its worker thread',
  'src/programs/load.ts': 'Node, which checks the syntax of a file and runs nothing of it',
  'src/server/models/models.ts': 'swath',
  'src/server/runs.ts': 'swath',
  'src/setup/commands.ts': 'without credentials',
  'src/store/reader/bounds.ts': 'swath',
  'src/store/reader/reader.ts': 'swath',
  'src/tensorflow/cores.ts': 'taskset of the system',
  'src/workers/pool.ts': 'without credentials: programEnvironment',
}

test('no other file starts a process or a thread', () => {
  const starts = /\b(spawn|spawnSync|fork|exec|execSync|execFile|execFileSync)\(|new (Worker|Piscina)\(/
  const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `src/${file.replaceAll('\\', '/')}`)
    .filter((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .some((line) => starts.test(line.replaceAll(/\.exec\(|\bexec\(text/g, ''))),
    )
  expect(found.sort()).toEqual(Object.keys(starters).sort())
})
