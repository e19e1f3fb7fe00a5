import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { fetchWheel } from '../../src/setup/fetch-wheel.ts'
import { installTensorFlow } from '../../src/setup/tensorflow.ts'
import { unzip } from '../../src/setup/unzip.ts'

const pack = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as wheel:
    wheel.writestr('probe/folder/', '')
    wheel.writestr('probe/data.txt', 'seven ' * 10000)
    wheel.writestr('swath_probe-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: swath-probe\\nVersion: 1.0\\n')
    wheel.writestr('swath_probe-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('swath_probe-1.0.dist-info/RECORD', '')
`
let folder: string
let scratch: string
let wheel: string
let phases: string[]
const report = (phase: string) => phases.push(phase)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'swath-wheel-'))
  scratch = join(folder, 'scratch')
  mkdirSync(scratch)
  wheel = join(folder, 'swath_probe-1.0-py3-none-any.whl')
  execFileSync('python3', ['-c', pack, wheel])
  phases = []
  // pip knows this folder alone.
  vi.stubEnv('PIP_NO_INDEX', '1')
  vi.stubEnv('PIP_FIND_LINKS', folder)
})

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function described(sha256: string) {
  return { requirement: 'swath-probe==1.0', platform: 'manylinux_2_27_x86_64', sha256, bytes: 1_000 }
}

describe('fetching a wheel', () => {
  it('hands it over once its bytes are known to be right', async () => {
    const sha256 = createHash('sha256').update(readFileSync(wheel)).digest('hex')
    const fetched = await fetchWheel(described(sha256), scratch, report)
    expect(readFileSync(fetched)).toEqual(readFileSync(wheel))
    expect([...new Set(phases)]).toEqual(['downloading', 'verifying'])
  })

  it('refuses one with other bytes, after another try', async () => {
    await expect(fetchWheel(described('0'.repeat(64)), scratch, report)).rejects.toMatchObject({
      code: 'setup',
      message: expect.stringMatching(
        /^swath_probe-1.0-py3-none-any.whl is not what it should be: its SHA-256 is [0-9a-f]{64}, not 0{64}$/,
      ) as string,
    })
    expect(phases.filter((phase) => phase === 'verifying')).toHaveLength(2)
  })

  it('says what pip said where there is none', async () => {
    const missing = { ...described(''), requirement: 'swath-no-such-package==1.0' }
    await expect(fetchWheel(missing, scratch, report)).rejects.toMatchObject({
      code: 'setup',
      message: expect.stringMatching(/pip could not fetch .*\n[^]*No matching distribution found/) as string,
    })
  })

  it('says how to get pip where there is none', async () => {
    vi.stubEnv('PATH', folder)
    await expect(fetchWheel(described(''), scratch, report)).rejects.toMatchObject({
      message: 'fetching swath-probe==1.0 takes Python with pip, and there is none',
      hint: expect.stringContaining('apt install python3-pip') as string,
    })
  })
})

describe('unpacking', () => {
  it('takes the files that are asked for and no others, and no folders', async () => {
    const fractions: number[] = []
    const place = (name: string) => (name.startsWith('probe/') ? join(scratch, name) : undefined)
    await unzip(wheel, place, (fraction) => fractions.push(fraction))
    expect(readFileSync(join(scratch, 'probe', 'data.txt'), 'utf8')).toBe('seven '.repeat(10_000))
    expect(fractions.at(-1)).toBe(1)
  })
})

describe('a TensorFlow that the user brings', () => {
  beforeEach(() => {
    vi.stubEnv('SWATH_CACHE', join(folder, 'cache'))
  })

  it.each([
    ['is not there', () => join(folder, 'nowhere.whl'), /^SWATH_TENSORFLOW: there is no .*nowhere\.whl$/],
    ['is another package', () => wheel, /^TensorFlow’s libraries cannot be unpacked$/],
    ['is cut short', () => cutShort(), /^TensorFlow’s libraries cannot be unpacked$/],
    ['is an empty folder', () => scratch, /^TensorFlow’s libraries cannot be unpacked$/],
  ])('is refused where it %s', async (_, own, message) => {
    vi.stubEnv('SWATH_TENSORFLOW', own())
    await expect(installTensorFlow(report)).rejects.toMatchObject({
      code: 'setup',
      message: expect.stringMatching(message) as string,
    })
  })

  function cutShort(): string {
    truncateSync(wheel, 300)
    return wheel
  }
})
