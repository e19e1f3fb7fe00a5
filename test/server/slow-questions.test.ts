import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { servedStore, type Served } from './served-store.ts'

/** A question that ends with its time alone. */
const endless = 'with recursive r(a) as (select 1 union all select a + 1 from r) select max(a) as a from r'

/** Asks in SQL as the page does; `leave` is the client that goes away. */
function question({ url, token }: Served, statement: string) {
  const controller = new AbortController()
  const answered = fetch(new URL('/api/v1/sql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ statement, seconds: 30 }),
    signal: controller.signal,
  })
  answered.catch(() => undefined)
  return {
    answered,
    leave: () => {
      controller.abort()
    },
  }
}

/** Processes that this one started. */
function children(): string[] {
  const path = `/proc/self/task/${process.pid}/children`
  return readFileSync(path, 'utf8').trim().split(' ').filter(Boolean)
}

test.skipIf(process.platform !== 'linux')(
  'slow questions delay no other request, and end when their client leaves',
  async () => {
    const served = await servedStore()
    const { ask } = served
    const slow = [question(served, endless), question(served, endless)]
    // A third one answers what the server asks at its start.
    await expect.poll(() => children().length, { timeout: 30_000 }).toBeGreaterThanOrEqual(2)

    // Both places of the SQL page are taken: another question waits, what is no question does not.
    const waiting = question(served, 'select 1 as one')
    const began = performance.now()
    for (const path of ['/', '/api/v1/sweeps', '/api/v1/schema', '/api/v1/queries']) {
      expect((await ask(path)).status).toBe(200)
    }
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(await Promise.race([waiting.answered.then(() => 'answered'), Promise.resolve('waits')])).toBe('waits')

    // The queue is full after some more: a clear answer at once.
    const more = Array.from({ length: 9 }, () => question(served, 'select 1 as one'))
    const refused = await Promise.any(
      more.map(async ({ answered }) => {
        const answer = await answered
        if (answer.status === 200) throw new Error('it was answered')
        return answer
      }),
    )
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await refused.json()).toMatchObject({
      error: { code: 'busy', message: expect.stringMatching(/2 questions .* 8 wait/) as string },
    })

    // The clients leave: their questions end, and those that waited are answered.
    const left = performance.now()
    for (const { leave } of slow) leave()
    const answer = await waiting.answered
    expect([answer.status, await answer.json()]).toMatchObject([200, { rows: [[1]] }])
    expect(performance.now() - left).toBeLessThan(15_000)
    await Promise.all(more.map(async ({ answered }) => (await answered).status))
  },
)
