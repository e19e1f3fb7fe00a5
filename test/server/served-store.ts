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
  /** The token that the server wants. */
  readonly token: string
  /** Sends the token, unless the request has cookies or credentials of its own, or is anonymous. */
  readonly ask: (path: string, options?: AskOptions) => Promise<Answered>
}

interface AskOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly anonymous?: boolean
}

/** A store with nothing in it, served on a free port of this machine, with a token. */
export async function servedStore(options: Partial<ServeOptions> = {}): Promise<Served> {
  const served = await serveStore(temporaryFolder(), { token: undefined, ...options })
  onTestFinished(() => served.close())
  const url = new URL(served.url)
  const token = new URL(served.entrance).searchParams.get('token') ?? ''
  const ask: Served['ask'] = (path, { anonymous = false, headers = {}, ...asked } = {}) => {
    const known = anonymous || 'cookie' in headers || 'authorization' in headers
    return askFor(url, path, { ...asked, headers: known ? headers : { authorization: `Bearer ${token}`, ...headers } })
  }
  return { url, token, ask }
}

/** A request with any header, also those that `fetch` sets itself. */
function askFor({ port }: URL, path: string, { method = 'GET', headers = {}, body }: AskOptions): Promise<Answered> {
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
