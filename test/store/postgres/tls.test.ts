import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { startPostgres, type LocalPostgres } from '../../../src/local-postgres/server.ts'
import { openStore } from '../../../src/store/open.ts'

const certificates = join(import.meta.dirname, 'tls')
const authority = join(certificates, 'root.crt')
const folder = mkdtempSync(join(tmpdir(), 'swath-test-'))
let server: LocalPostgres

beforeAll(async () => {
  // A server whose certificate is for `localhost`, signed by an authority that nobody knows.
  await (await startPostgres(folder, { isDurable: false })).stop()
  const data = join(folder, 'data')
  const { uid, gid } = statSync(data)
  for (const name of ['server.crt', 'server.key']) {
    copyFileSync(join(certificates, name), join(data, name))
    chmodSync(join(data, name), 0o600)
    chownSync(join(data, name), uid, gid)
  }
  appendFileSync(join(data, 'postgresql.conf'), 'ssl = on\n')
  server = await startPostgres(folder, { isDurable: false })
})

afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

async function encryptionOf(query: string, host = 'localhost'): Promise<unknown> {
  const url = new URL(server.url)
  url.hostname = host
  const store = await openStore(`${url.href}?${query}`, 'write')
  try {
    // The questions' connection, and those that write.
    const { rows } = await store.query('select ssl, version from pg_stat_ssl where pid = pg_backend_pid()')
    return rows[0]
  } finally {
    await store.close()
  }
}

const encrypted = { ssl: true, version: expect.stringMatching(/^TLSv1\.[23]$/) as string }

test('sslmode=verify-full trusts the authority that the URL names, and the host that the certificate is for', async () => {
  const trusted = `sslmode=verify-full&sslrootcert=${encodeURIComponent(authority)}`
  expect(await encryptionOf(trusted)).toEqual(encrypted)
  await expect(encryptionOf(trusted, '127.0.0.1')).rejects.toMatchObject({
    ...{ code: 'store', message: expect.stringMatching(/has a certificate for another host/) as string },
  })
  await expect(encryptionOf('sslmode=verify-full')).rejects.toMatchObject({
    message: expect.stringMatching(/has a certificate that cannot be trusted/) as string,
    hint: expect.stringContaining('sslrootcert=') as string,
  })
})

test('sslmode=require encrypts without asking who answers, verify-ca asks for the authority alone', async () => {
  expect(await encryptionOf('sslmode=require', '127.0.0.1')).toEqual(encrypted)
  const authorityAlone = `sslmode=verify-ca&sslrootcert=${encodeURIComponent(authority)}`
  expect(await encryptionOf(authorityAlone, '127.0.0.1')).toEqual(encrypted)
  expect(await encryptionOf('sslmode=disable')).toMatchObject({ ssl: false })
})

/** Lets the server accept encrypted connections alone (`hostssl`), or none (`hostnossl`), until the test is over. */
async function accept(kind: 'hostssl' | 'hostnossl'): Promise<void> {
  const file = join(folder, 'data', 'pg_hba.conf')
  const before = readFileSync(file, 'utf8')
  const set = (text: string) => {
    writeFileSync(file, text)
    const [pid = ''] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(pid), 'SIGHUP')
  }
  onTestFinished(() => {
    set(before)
  })
  set(before.replaceAll(/^host\b/gm, kind))
  // The server reads the file some time after the signal.
  const refused = kind === 'hostssl' ? 'disable' : 'require'
  while (await isAccepted(refused)) continue
}

function isAccepted(sslmode: string): Promise<boolean> {
  return encryptionOf(`sslmode=${sslmode}`).then(
    () => true,
    () => false,
  )
}

test('sslmode=prefer encrypts where the server does, sslmode=allow only where it has to', async () => {
  expect(await encryptionOf('sslmode=prefer')).toEqual(encrypted)
  expect(await encryptionOf('sslmode=allow')).toMatchObject({ ssl: false })
})

test('sslmode=allow encrypts where the server accepts nothing else', async () => {
  await accept('hostssl')
  expect(await encryptionOf('sslmode=allow')).toEqual(encrypted)
  await expect(encryptionOf('sslmode=disable')).rejects.toThrow(/no encryption/)
})

test('sslmode=prefer does not encrypt where the server refuses it', async () => {
  await accept('hostnossl')
  expect(await encryptionOf('sslmode=prefer')).toMatchObject({ ssl: false })
  await expect(encryptionOf('sslmode=require')).rejects.toThrow(/SSL encryption/)
})
