import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test, vi } from 'vitest'

import { openStore } from '../../src/store/open.ts'
import { plannedSweep } from '../store/temporary-store.ts'
import { Swath, swath, workFolder } from './swath.ts'

const endless = 'with recursive r(a) as (select 1 union all select a + 1 from r) select count(*) from r'
const thousands = 'with recursive r(a) as (select 1 union all select a + 1 from r limit 2500) select a, a as b from r'

async function folderWithStore(): Promise<string> {
  const folder = workFolder({ 'several.sql': 'select 1; select 2' })
  const store = await openStore(join(folder, 'swath.db'), 'write')
  await plannedSweep(store, 2)
  await store.close()
  return folder
}

test('a question that never ends is answered with what to do, and exit code 2', async () => {
  const { code, stdout, stderr } = await swath(['sql', endless, '--timeout', '0.2'], await folderWithStore())
  expect(stderr).toMatch(/^error: the question was not answered within 0\.2 s\n.*--timeout SECONDS/)
  expect(stdout).toBe('')
  expect(code).toBe(2)
})

test('a table stops at a thousand rows and says so; JSON and CSV have all of them, or as many as they are asked for', async () => {
  const folder = await folderWithStore()
  const table = await swath(['sql', thousands], folder)
  expect(table.stdout.split('\n')).toHaveLength(1_003)
  expect(table.stderr).toBe('There are more than these 1000 rows: --limit 0 prints all.\n')
  expect(table.code).toBe(0)
  expect((await swath(['sql', thousands, '--limit', '0'], folder)).stdout.split('\n')).toHaveLength(2_503)

  const json = await swath(['sql', thousands, '--json'], folder)
  expect(json.stdout).toBe(
    `${JSON.stringify(
      Array.from({ length: 2_500 }, (_, k) => ({ a: k + 1, b: k + 1 })),
      null,
      2,
    )}\n`,
  )
  expect(json.stderr).toBe('')
  const csv = await swath(['sql', thousands, '--csv', '--limit', '2'], folder)
  expect(csv.stdout).toBe('a,b\r\n1,1\r\n2,2\r\n')
  expect(csv.stderr).toMatch(/more than these 2 rows/)
})

test.each([
  [['sql', 'select 1', '--limit', '-1'], /--limit -1: expected a whole number from 0/],
  [['sql', 'select 1', '--limit', '1.5'], /--limit 1.5: expected a whole number/],
  [['sql', 'select 1', '--timeout', 'soon'], /--timeout NaN: expected a number from 0/],
  [['sql', '--file', 'several.sql'], /there is more than one statement: ask one question at a time/],
  [['sql', '/* -- */ pragma journal_mode = delete'], /only questions are answered here/],
])('swath %j is refused', async (args, message) => {
  const { code, stderr } = await swath(args, await folderWithStore())
  expect(stderr).toMatch(message)
  expect(code).toBe(2)
})

const readProcess = (file: string) => {
  try {
    return readFileSync(`/proc/${file}`, 'utf8').split(' ')
  } catch {
    return undefined
  }
}

/** Hundredths of a second that a process has computed; undefined if it is gone. */
function computed(pid: string): number | undefined {
  const [, , state, ...rest] = readProcess(`${pid}/stat`) ?? []
  return state === undefined || state === 'Z' ? undefined : Number(rest[10])
}

test.runIf(process.platform === 'linux')('a swath that is killed leaves no process that goes on asking', async () => {
  const { child, finished } = new Swath(['sql', endless, '--timeout', '0'], await folderWithStore())
  const reader = () => readProcess(`${child.pid}/task/${child.pid}/children`)?.[0] ?? ''
  // By then it has long begun, and is in the middle of it.
  await vi.waitUntil(() => reader() !== '' && (computed(reader()) ?? 0) > 60, { timeout: 60_000 })
  const pid = reader()
  child.kill('SIGKILL')
  await finished
  await vi.waitUntil(() => computed(pid) === undefined, { timeout: 60_000 })
})
