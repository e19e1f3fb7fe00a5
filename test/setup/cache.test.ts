import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { homedir, hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { cached, cacheFolder, installOnce } from '../../src/setup/cache.ts'

const silent = () => undefined
let cache: string
let children: ChildProcessWithoutNullStreams[] = []

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'swath-cache-'))
  vi.stubEnv('SWATH_CACHE', cache)
})

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  rmSync(cache, { recursive: true, force: true })
  vi.unstubAllEnvs()
})

/** What is in the cache besides the pipes of its processes. */
function entries(): string[] {
  return readdirSync(cache).filter((name) => name !== 'processes')
}

describe('where the cache is', () => {
  it.skipIf(process.platform === 'win32' || process.platform === 'darwin')('follows the XDG base directories', () => {
    expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'swath'))
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/tmp' })).toBe('/var/tmp/swath')
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toBe(join(homedir(), '.cache', 'swath'))
  })

  it('is where SWATH_CACHE says, as an absolute path', () => {
    expect(cacheFolder({ SWATH_CACHE: 'here', XDG_CACHE_HOME: '/var/tmp' })).toBe(join(process.cwd(), 'here'))
  })
})

describe('installing into the cache', () => {
  it('builds once and finds it from then on', async () => {
    const build = vi.fn((folder: string) => writeFile(join(folder, 'file'), 'content'))
    const path = await installOnce('part', build, silent)
    await installOnce('part', build, silent)
    expect(path).toBe(cached('part'))
    expect(readFileSync(join(path, 'file'), 'utf8')).toBe('content')
    expect(build).toHaveBeenCalledTimes(1)
    expect(entries()).toEqual(['part'])
  })

  it('leaves nothing of a build that failed, and tries again when asked again', async () => {
    const broken = async (folder: string, scratch: string) => {
      await writeFile(join(folder, 'half'), '')
      await writeFile(join(scratch, 'download'), '')
      throw new Error('no luck')
    }
    await expect(installOnce('part', broken, silent)).rejects.toThrow('no luck')
    expect(entries()).toEqual([])
    await installOnce('part', (folder) => writeFile(join(folder, 'whole'), ''), silent)
    expect(readdirSync(cached('part'))).toEqual(['whole'])
  })

  it('lets one of two processes build while the other says that it waits', async () => {
    const first = start()
    await first.says('building')
    const second = start()
    await second.says('waiting for another process that is setting it up')
    first.child.stdin.write('go')
    await Promise.all([first.says('installed'), second.says('installed')])
    expect(second.lines).not.toContain('building')
    expect(readFileSync(join(cached('part'), 'whole'), 'utf8')).toBe(String(first.child.pid))
    expect(entries()).toEqual(['part'])
  })

  it('survives a kill -9 in the middle of a build', async () => {
    const victim = start()
    await victim.says('building')
    victim.child.kill('SIGKILL')
    await once(victim.child, 'exit')
    expect(existsSync(cached('part'))).toBe(false)

    // As if time had passed: nobody renews the lock any more.
    utimesSync(`${cached('part')}.lock`, 0, 0)
    const heir = start()
    await heir.says('building')
    heir.child.stdin.write('go')
    await heir.says('installed')
    expect(readdirSync(cached('part')).sort()).toEqual(['half', 'whole'])
    expect(entries()).toEqual(['part'])
  })

  it('leaves the build of a process alone that lost its lock while it slept', async () => {
    const [owner, killed] = ['0123456789abcdef', 'fedcba9876543210']
    mkdirSync(cached('processes'))
    for (const name of [owner, killed]) execFileSync('mkfifo', [join(cached('processes'), name)])
    const pipe = openSync(join(cached('processes'), owner), constants.O_RDONLY | constants.O_NONBLOCK)
    const sleeper = `part.staging-${owner}@${hostname()}-abcdef`
    for (const name of [sleeper, `part.staging-${killed}@${hostname()}-abcdef`, 'part.staging-7@elsewhere-abcdef']) {
      mkdirSync(join(cache, name))
    }
    await installOnce('part', (folder) => writeFile(join(folder, 'whole'), ''), silent)
    expect(entries()).toEqual(['part', sleeper])
    closeSync(pipe)
  })

  it('keeps what another process has finished meanwhile', async () => {
    const overtaken = async () => {
      mkdirSync(cached('part'))
      await writeFile(join(cached('part'), 'theirs'), '')
    }
    await installOnce('part', overtaken, silent)
    expect(readdirSync(cached('part'))).toEqual(['theirs'])
    expect(entries()).toEqual(['part'])
  })
})

describe('a cache that cannot be written', () => {
  it('is named, and so is the way out', async () => {
    writeFileSync(join(cache, 'file'), '')
    vi.stubEnv('SWATH_CACHE', join(cache, 'file', 'below'))
    await expect(installOnce('part', () => Promise.resolve(), silent)).rejects.toMatchObject({
      code: 'setup',
      message: expect.stringMatching(/^the cache folder .*file\/below cannot be written: ENOTDIR/) as string,
      hint: 'name another with SWATH_CACHE=<folder>',
    })
  })

  it('is refused beforehand where there is too little room', async () => {
    const build = vi.fn(() => Promise.resolve())
    await expect(installOnce('part', build, silent, 1e18)).rejects.toMatchObject({
      code: 'setup',
      message: expect.stringMatching(/is full: \d+ MB are free there, 1000000000000 MB are needed$/) as string,
    })
    expect(build).not.toHaveBeenCalled()
    expect(entries()).toEqual([])
  })

  it.runIf(existsSync('/dev/full'))('tells of a disk that fills up during the build', async () => {
    const build = async () => {
      await writeFile('/dev/full', 'x').catch((cause: unknown) => {
        throw new Error('copying failed', { cause })
      })
    }
    await expect(installOnce('part', build, silent)).rejects.toMatchObject({
      code: 'setup',
      message: `the disk of the cache folder ${cache} is full: nothing more could be written`,
      hint: 'make room, or name a folder on another disk with SWATH_CACHE=<folder>',
    })
  })
})

/** Starts a process that installs `part`, and hears what it says. */
function start() {
  const script = fileURLToPath(new URL('install-slowly.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: 'pipe' })
  children.push(child)
  const lines: string[] = []
  const output = createInterface(child.stdout).on('line', (line) => lines.push(line))
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const says = (line: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (lines.includes(line)) resolve()
      }
      output.on('line', check).on('close', () => {
        reject(new Error(`it ended without saying “${line}”: ${errors}`))
      })
      check()
    })
  return { child, lines, says }
}
