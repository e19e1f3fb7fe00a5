import { expect, onTestFinished, test } from 'vitest'

import { serveFolder } from '../page/served.ts'

const source = `name: a
command: [sh, -c, 'while [ -e hold ]; do sleep 0.1; done; echo "{\\"score\\": 1}"']
method: grid
metric: { name: score, goal: maximize }
resources: { cores: 0 }
parameters: { x: { values: [1, 2, 3] } }
`

test('a file that the page starts a hundred times at once is one sweep, which each answer names', async () => {
  const served = await serveFolder({ hold: '' })
  onTestFinished(() => served.close())
  const post = () =>
    fetch(new URL('api/v1/sweeps', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source }),
    })
  const answers = await Promise.all(Array.from({ length: 100 }, post))
  const started = await Promise.all(answers.map(async (answer) => [answer.status, await answer.json()] as const))
  expect(new Set(started.map(([status]) => status))).toEqual(new Set([200]))
  expect(new Set(started.map(([, body]) => JSON.stringify(body))).size).toBe(1)
  expect(started[0]?.[1]).toMatchObject({ sweep: 'a' })

  // Once it runs, another start is refused in words, and nothing is created.
  const late = await post()
  expect([late.status, await late.json()]).toMatchObject([
    409,
    { error: { code: 'sweep-busy', message: expect.stringMatching(/^a is being run by process \d+ on /) as string } },
  ])
  const rows = await served.swath(
    'sql',
    'select s.name, count(*) as trials from sweeps s join trials t on t.sweep_id = s.id group by s.name',
    '--json',
  )
  expect(JSON.parse(rows)).toEqual([{ name: 'a', trials: 3 }])
})
