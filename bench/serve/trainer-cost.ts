import { rmSync } from 'node:fs'
import { join } from 'node:path'

import type { Browser } from 'playwright-core'

import { runProcess } from '../run-process.ts'
import { startServer } from './start-server.ts'

const cli = join(import.meta.dirname, '..', '..', 'bin', 'swath.js')

/** What a page that is left open costs who trains: sweeps with it and without, in turn. The browser's own work is not counted. */
export async function trainerCost(browser: Browser, folder: string, rounds: number) {
  let [bare, watched, cpu] = [0, 0, 0]
  fresh(folder)
  for (let k = 0; k < rounds; k++) {
    bare += await train(folder)
    fresh(folder)
    const server = await startServer(folder)
    const page = await browser.newPage()
    await page.goto(server.url)
    const before = server.cpuSeconds()
    const training = train(folder)
    await page.getByRole('link', { name: 'watched' }).click({ timeout: 120_000 })
    watched += await training
    cpu += server.cpuSeconds() - before
    await page.close()
    await server.end()
    fresh(folder)
  }
  const cores = 2
  return {
    rounds,
    bareSeconds: bare,
    watchedSeconds: watched,
    cpuSeconds: cpu,
    ratio: watched / bare,
    share: (100 * cpu) / (cores * watched),
  }
}

async function train(folder: string): Promise<number> {
  const store = `sqlite:${join(folder, 'swath.db')}`
  const { seconds } = await runProcess([process.execPath, cli, 'run', join(folder, 'sweep.yaml'), '--store', store])
  return seconds
}

function fresh(folder: string): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(join(folder, `swath.db${ending}`), { force: true })
}
