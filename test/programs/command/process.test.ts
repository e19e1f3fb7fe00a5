import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { lines } from '../../../src/programs/command/lines.ts'
import { startCommand } from '../../../src/programs/command/process.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'
import { gone, there } from './processes.ts'

async function start(script: string) {
  const command = await startCommand(['sh', '-c', script], { folder: temporaryFolder(), env: process.env })
  command.stderr.resume()
  const output = lines(command.stdout)
  return { command, line: async () => (await output.next()).value as unknown as string | undefined }
}

/** A child of the command that does not end by itself. */
const child = 'sleep 1000 & echo $!;'

test.each([
  ['exit 0', { exitCode: 0, signal: null }],
  ['exit 3', { exitCode: 3, signal: null }],
  ['exit 139', { exitCode: 139, signal: null }],
  ['kill -SEGV $$', { exitCode: null, signal: 'SIGSEGV' }],
])('%s ends a command as it says', async (script, end) => {
  const { command } = await start(script)
  command.stdout.resume()
  expect(await command.ended).toEqual(end)
})

test('what a command leaves behind ends with it', async () => {
  const { command, line } = await start(child)
  const pid = Number(await line())
  expect(await command.ended).toEqual({ exitCode: 0, signal: null })
  await gone(pid)
  expect(await line()).toBeUndefined()
})

test('a command that is asked to end may end in its own way, and its children end too', async () => {
  const { command, line } = await start(`trap 'exit 5' TERM; ${child} echo ready; wait`)
  const pid = there(Number(await line()))
  await line()
  command.end()
  expect(await command.ended).toEqual({ exitCode: 5, signal: null })
  await gone(pid)
})

test('a command that does not hear SIGTERM is killed, with its children', async () => {
  const { command, line } = await start(`trap '' TERM; ${child} while :; do sleep 1; done`)
  const pid = there(Number(await line()))
  command.end()
  command.end()
  expect(await command.ended).toEqual({ exitCode: null, signal: 'SIGKILL' })
  await gone(pid)
})

test('nothing of a command outlives the thread that started it', async () => {
  const module = new URL('../../../src/programs/command/process.ts', import.meta.url).href
  const script = `trap "" TERM; ${child} echo $$; while :; do sleep 1; done`
  const code = `
    const { parentPort } = require('node:worker_threads')
    import('tsx/esm/api').then(async ({ register }) => {
      register()
      const { startCommand } = await import(${JSON.stringify(module)})
      const start = { folder: '/', env: process.env }
      const { stdout } = await startCommand(['sh', '-c', ${JSON.stringify(script)}], start)
      for await (const line of require('node:readline').createInterface(stdout)) parentPort.postMessage(Number(line))
    })`
  const worker = new Worker(code, { eval: true })
  const [grandchild] = (await once(worker, 'message')) as [number]
  const [leader] = (await once(worker, 'message')) as [number]
  there(grandchild)
  there(leader)
  await worker.terminate()
  await gone(leader)
  await gone(grandchild)
})

test('a process that left the group and holds the output open is not waited for', async () => {
  const script = `
    const { spawn } = require('node:child_process')
    const away = spawn('sleep', ['1000'], { detached: true, stdio: 'inherit' })
    away.unref()
    console.log(away.pid)`
  const { command, line } = await start(
    `exec "$0" -e '${script.replaceAll("'", `'"'"'`)}'`.replace('$0', process.execPath),
  )
  const pid = there(Number(await line()))
  expect(await command.ended).toEqual({ exitCode: 0, signal: null })
  expect(await line()).toBeUndefined()
  process.kill(pid)
})

test('a command has nothing open but its standard streams', async () => {
  const { command, line } = await start('if (: >&3) 2>/dev/null; then echo open; else echo closed; fi')
  expect(await line()).toBe('closed')
  await command.ended
})

test('a folder that is gone is an error', async () => {
  const start = startCommand(['true'], { folder: '/no/such/folder', env: process.env })
  await expect(start).rejects.toThrow(/ENOENT/)
})
