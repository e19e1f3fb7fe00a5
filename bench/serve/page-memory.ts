import type { Browser } from 'playwright-core'

/** Two a second. */
const newsOfAnHour = 7_200

/** What a page holds after it has heard an hour's worth of news at once, in megabytes of JavaScript's heap. */
export async function pageMemory(browser: Browser, url: string): Promise<number> {
  const page = await browser.newPage()
  let isTold = false
  await page.route('**/events', (route) => {
    if (isTold) return route.abort()
    isTold = true
    return route.fulfill({ contentType: 'text/event-stream', body: news() })
  })
  await page.goto(`${url}sweeps/big`)
  await page.getByText(`${newsOfAnHour} of `).waitFor({ timeout: 120_000 })
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  await page.close()
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN) / 1e6
}

function news(): string {
  const running = [1, 2].map((worker) => ({
    ...{ trial: worker, host: 'here', worker, params: { depth: 2, width: 128, learning_rate: 0.001 } },
    report: { epoch: 3, val_accuracy: 0.97, val_loss: 0.1 },
  }))
  return Array.from({ length: newsOfAnHour }, (_, k) => {
    const others = { running: 2, queued: 10_000, failed: 0, cancelled: 0, stopped: 0 }
    const progress = { trials: 100_000, completed: k + 1, ...others }
    const ended = [{ trial: k + 1, state: 'completed' }]
    return `event: news\nid: ${k}\ndata: ${JSON.stringify({ isRunning: true, progress, running, ended })}\n\n`
  }).join('')
}
