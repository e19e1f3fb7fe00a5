import { once } from 'node:events'
import { chmodSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { startPostgres } from '../../src/local-postgres/server.ts'
import { temporaryFolder } from '../store/temporary-store.ts'

test('a port that is taken is refused and not kept: the next start needs no other', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => {
    other.close()
  })
  const { port } = other.address() as AddressInfo
  const around = temporaryFolder()
  chmodSync(around, 0o755)
  const folder = join(around, 'server')

  await expect(startPostgres(folder, { port, isDurable: false })).rejects.toMatchObject({ code: 'setup' })
  expect(readFileSync(join(folder, 'settings.json'), 'utf8')).not.toContain('port')
  const server = await startPostgres(folder, { isDurable: false })
  await server.stop()
  const kept = readFileSync(join(folder, 'settings.json'), 'utf8')
  await expect(startPostgres(folder, { port, isDurable: false })).rejects.toMatchObject({ code: 'setup' })
  expect(readFileSync(join(folder, 'settings.json'), 'utf8')).toBe(kept)
})

test('links in the folder, whose user may have put them there, are replaced or refused, and never written through', async () => {
  const around = temporaryFolder()
  chmodSync(around, 0o755)
  const folder = join(around, 'server')
  await (await startPostgres(folder, { isDurable: false })).stop()
  const elsewhere = temporaryFolder()
  const settings = join(folder, 'settings.json')
  renameSync(settings, join(elsewhere, 'settings.json'))
  symlinkSync(join(elsewhere, 'settings.json'), settings)
  await (await startPostgres(folder, { isDurable: false })).stop()
  expect(lstatSync(settings).isFile()).toBe(true)

  rmSync(join(folder, 'log'))
  symlinkSync(join(elsewhere, 'log'), join(folder, 'log'))
  await expect(startPostgres(folder, { isDurable: false })).rejects.toThrow(/log cannot be written: ELOOP/)
  expect(readdirSync(elsewhere)).toEqual(['settings.json'])
})
