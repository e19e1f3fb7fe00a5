import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chromium, type Browser } from 'playwright-core'

import { withStore } from '../../src/store/open.ts'
import { findChromium, missingBrowser } from '../../test/page/find-chromium.ts'
import { printGoals, type Goal } from '../goals.ts'
import { describeOwnMachine, writeResults } from '../machine.ts'
import { fillStore } from '../store/big-store.ts'
import { pageMemory } from './page-memory.ts'
import { startServer } from './start-server.ts'
import { trainerCost } from './trainer-cost.ts'

/** First paint, requests a second, what a page left open holds, and what looking costs a trainer. */
export async function benchServe({ quick }: { quick: boolean }): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error(missingBrowser())
  const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  try {
    const trials = quick ? 10_000 : 100_000
    await withStore(`sqlite:${join(folder, 'swath.db')}`, 'write', (store) => fillStore(store, trials))
    const server = await startServer(folder)
    const paints: Paint[] = []
    for (let k = 0; k < (quick ? 2 : 5); k++) paints.push(await paint(browser, server.url))
    const perSecond = await requestsPerSecond(server.url, quick ? 2 : 5)
    const memory = await pageMemory(browser, server.url)
    await server.end()

    writeFileSync(join(folder, 'sweep.yaml'), sweep)
    const cost = await trainerCost(browser, folder, quick ? 1 : 2)

    const named = trials.toLocaleString('en')
    const middle = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
    const [first, plot] = [middle(paints.map((each) => each.first)), middle(paints.map((each) => each.plot))]
    const goals: Goal[] = [
      { name: `first paint, ${named} trials`, figure: first, goal: 1_000, atLeast: false, unit: ' ms' },
      { name: `until the front is drawn, ${named} trials`, figure: plot, goal: 1_000, atLeast: false, unit: ' ms' },
      { name: "page's memory after an hour's worth of news", figure: memory, goal: 200, atLeast: false, unit: ' MB' },
      {
        name: 'processor time of the server, of that of training',
        figure: cost.share,
        goal: 1,
        atLeast: false,
        unit: ' %',
      },
      { name: 'training with the page open, of without', figure: cost.ratio, goal: 1.01, atLeast: false },
    ]
    console.log(
      `requests a second: ${Object.entries(perSecond)
        .map(([path, rate]) => `${path} ${rate.toFixed(0)}`)
        .join(', ')}`,
    )
    printGoals('serve', goals)
    if (quick) return
    const results = { paints, perSecond, memory, cost, goals }
    writeResults('serve', { date: new Date().toISOString(), machine: describeOwnMachine(), trials, ...results })
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true })
  }
}

const sweep = `name: watched
program: mlp
method: grid
dataset: { name: mnist, limit: 20000 }
metric: { name: val_accuracy, goal: maximize }
parameters:
  depth: { values: [1, 2] }
  width: { values: [128, 256] }
  learning_rate: { values: [0.001, 0.003] }
  epochs: { value: 15 }
`

interface Paint {
  /** Milliseconds from the request: the browser's own first contentful paint. */
  readonly first: number
  /** Until the front is on the screen. */
  readonly plot: number
}

async function paint(browser: Browser, url: string): Promise<Paint> {
  const page = await browser.newPage()
  await page.goto(`${url}sweeps/big`)
  await page.locator('section[aria-label="Trade-off"] svg.swath-plot circle').first().waitFor()
  const times = await page.evaluate<Paint>(`({
    first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    plot: performance.now(),
  })`)
  await page.close()
  return times
}

const paths = ['sweeps', 'sweeps/big/trials?limit=100', 'trials/7']

/** Eight that ask one after the other. On Linux each has an address of its own, so that the limit for one holds none back. */
async function requestsPerSecond(url: string, seconds: number): Promise<Record<string, number>> {
  const rates: Record<string, number> = {}
  for (const path of paths) {
    const until = performance.now() + 1000 * seconds
    let answered = 0
    const ask = async (agent: Agent) => {
      while (performance.now() < until) if (await isAnswered(`${url}api/v1/${path}`, agent)) answered++
      agent.destroy()
    }
    const agents = Array.from({ length: 8 }, (_, k) => {
      const own = process.platform === 'linux' ? { localAddress: `127.0.0.${k + 2}` } : {}
      return new Agent({ keepAlive: true, ...own })
    })
    await Promise.all(agents.map(ask))
    rates[path] = answered / seconds
  }
  return rates
}

async function isAnswered(url: string, agent: Agent): Promise<boolean> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response.statusCode === 200
}
