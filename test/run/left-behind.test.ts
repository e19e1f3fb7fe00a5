import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { expect, onTestFinished, test, vi } from 'vitest'

import { handInLeftBehind } from '../../src/run/left-behind.ts'
import { openStore } from '../../src/store/open.ts'
import { plannedSweep, postgresLocation, temporaryFolder } from '../store/temporary-store.ts'

/** The name of a process that has ended. */
const gone = '0123456789abcdef'

test('a journal that is damaged keeps no worker from training, and stays where it is', async () => {
  const cache = temporaryFolder()
  vi.stubEnv('SWATH_CACHE', cache)
  const store = await openStore(postgresLocation(), 'write')
  const queue = await store.openQueue?.()
  onTestFinished(async () => {
    vi.unstubAllEnvs()
    await queue?.close()
    await store.close()
  })
  if (queue === undefined) throw new Error('a store on a server has a queue')
  const sweep = await plannedSweep(store, 1)
  const owner = JSON.stringify({ store: store.location, sweepId: sweep.id, plannedAt: sweep.created_at })
  const journals = { aaaaaaaa: '{"store"\n', bbbbbbbb: `${owner}\n{"change": {"ty\n`, cccccccc: 'null\n' }
  mkdirSync(join(cache, 'processes'), { recursive: true })
  execFileSync('mkfifo', [join(cache, 'processes', gone)])
  for (const [name, content] of Object.entries(journals)) {
    const folder = join(cache, 'artifacts', `${gone}@${hostname()}-${name}`)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'journal.jsonl'), content)
  }

  const notes: string[] = []
  const note = (text: string) => void notes.push(text)
  await handInLeftBehind({ store, queue, observer: { note }, signal: new AbortController().signal })
  expect(notes).toEqual([
    expect.stringMatching(/^What an earlier process of this host kept cannot be handed in: .*JSON/),
  ])
  expect(existsSync(join(cache, 'artifacts', `${gone}@${hostname()}-aaaaaaaa`, 'journal.jsonl'))).toBe(true)
})
