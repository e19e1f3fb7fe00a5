import { request } from 'node:http'

import { onTestFinished } from 'vitest'

import type { ServeOptions } from '../../src/server/serve.ts'
import { serveStore } from '../page/served.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

export interface Served {
  readonly url: URL
  readonly ask: (path: string, options?: AskOptions) => Promise<Answered>
}

interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** A store with nothing in it, served on a free port of this machine. */
export async function servedStore(options: Partial<ServeOptions> = {}): Promise<Served> {
  const served = await serveStore(temporaryFolder(), options)
  onTestFinished(() => served.close())
  const url = new URL(served.url)
  return { url, ask: (path, asked) => askFor(url, path, asked) }
}

/** A request with any header, also those that `fetch` sets itself. */
function askFor(
  { port }: URL,
  path: string,
  { method = 'GET', headers = {}, body }: AskOptions = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
