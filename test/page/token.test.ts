import { expect } from 'vitest'

import { temporaryFolder } from '../store/temporary-store.ts'
import { pageTest, pageTools } from './browser.ts'
import { serveStore } from './served.ts'

const tools = pageTools()

pageTest('the printed address opens the page, drops the token, and signs this browser in', async () => {
  const server = await serveStore(temporaryFolder(), { token: undefined })
  const context = await tools.browser.newContext()
  const page = await context.newPage()

  // Without the token: a form that asks for it, and forgets nothing of the view.
  await page.goto(`${server.url}sql?view=mine`)
  await page.getByRole('heading', { name: 'swath' }).waitFor()
  await page.getByLabel('Token').fill(new URL(server.entrance).searchParams.get('token') ?? '')
  await page.getByRole('button', { name: 'Open' }).click()
  await page.getByRole('textbox', { name: 'Question in SQL' }).waitFor()
  expect(page.url()).toBe(`${server.url}sql?view=mine`)

  // Another browser, by the address.
  const other = await tools.browser.newPage()
  await other.goto(server.entrance)
  await other.getByRole('link', { name: 'New sweep' }).first().waitFor()
  expect(other.url()).toBe(server.url)
  expect(await other.evaluate('document.cookie')).toBe('')
  await other.close()

  // A second server of the same host leaves the first one's session alone.
  const second = await serveStore(temporaryFolder(), { token: undefined })
  await page.goto(second.entrance)
  await page.goto(`${server.url}sql`)
  await page.getByRole('textbox', { name: 'Question in SQL' }).waitFor()
  await context.close()
  await Promise.all([server.close(), second.close()])
})
