import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { diagnoseBfloat16, diagnoseCores, diagnoseMemory } from '../../src/setup/diagnose-machine.ts'
import { processorFlags } from '../../src/tensorflow/platform.ts'
import { diagnose } from '../../src/setup/diagnose.ts'
import type { Diagnosis } from '../../src/setup/diagnosis.ts'
import { preloadFile, runtimeFolder } from '../../src/setup/tensorflow-release.ts'
import { findRuntime } from '../../src/tensorflow/runtime.ts'

async function named(name: string): Promise<Diagnosis | undefined> {
  return (await diagnose()).find((diagnosis) => diagnosis.name === name)
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('a diagnosis', () => {
  it('finds nothing wrong where swath was set up', async () => {
    const diagnoses = await diagnose()
    expect(diagnoses.filter(({ status }) => status === 'problem')).toEqual([])
    expect(diagnoses.map(({ name }) => name)).toEqual([
      'Node',
      'Cache folder',
      'TensorFlow',
      'SQLite driver',
      'Python with pip',
      'C++ compiler',
      'Cores',
      'Pinning workers to cores',
      'bfloat16',
      'Memory',
    ])
    expect(diagnoses).toContainEqual(
      expect.objectContaining({
        name: 'TensorFlow',
        status: 'ok',
        detail: expect.stringMatching(/^2\.21\.0, /) as string,
      }),
    )
  })

  it('says whether bfloat16 is quick here', () => {
    expect(diagnoseBfloat16(processorFlags('flags\t\t: fpu avx512f avx512_bf16 sse2')).detail).toMatch(
      /has avx512_bf16/,
    )
    expect(diagnoseBfloat16(processorFlags('Features\t: fp asimd bf16')).detail).toMatch(/has bf16/)
    expect(diagnoseBfloat16(processorFlags('flags\t\t: fpu sse2 avx2')).detail).toMatch(/slower than float32/)
    expect(diagnoseBfloat16().status).toBe('ok')
  })

  it('says why TensorFlow is not used, and what to do', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'swath-diagnose-'))
    vi.stubEnv('SWATH_CACHE', join(empty, 'not', 'made', 'yet'))
    expect(await named('TensorFlow')).toEqual({
      name: 'TensorFlow',
      status: 'warning',
      detail: 'portable JavaScript is used, which is slow: TensorFlow is not set up',
      advice: 'run `swath setup`',
    })
    expect(await named('Cache folder')).toMatchObject({ status: 'ok' })
    rmSync(empty, { recursive: true })
  })

  it('misses Python and a compiler only where they are still needed', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'swath-diagnose-'))
    vi.stubEnv('PATH', empty)
    vi.stubEnv('CXX', '')
    expect(await named('Python with pip')).toMatchObject({ status: 'ok' })
    vi.stubEnv('SWATH_CACHE', empty)
    expect(await named('Python with pip')).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('apt install python3-pip') as string,
    })
    expect(await named('C++ compiler')).toMatchObject({
      status: 'warning',
      advice: expect.stringContaining('apt install g++') as string,
    })
    rmSync(empty, { recursive: true })
  })

  it('finds a problem where the cache cannot be written and the SQLite driver is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'swath-diagnose-'))
    writeFileSync(join(folder, 'file'), '')
    vi.stubEnv('SWATH_CACHE', join(folder, 'file', 'below'))
    expect(await named('Cache folder')).toMatchObject({
      status: 'problem',
      advice: 'name another with SWATH_CACHE=<folder>',
    })
    rmSync(folder, { recursive: true })
  })

  it('still misses Python where TensorFlow is set up but the driver for this Node is not', async () => {
    const runtime = findRuntime()
    if (runtime.backend !== 'tensorflow') throw new Error('the native runtime is not installed: swath setup')
    const folder = mkdtempSync(join(tmpdir(), 'swath-diagnose-'))
    symlinkSync(dirname(runtime.bindingPath), join(folder, runtimeFolder))
    vi.stubEnv('SWATH_CACHE', folder)
    vi.stubEnv('PATH', folder)
    expect(await named('TensorFlow')).toMatchObject({ status: 'ok' })
    expect(await named('Python with pip')).toMatchObject({ status: 'warning' })
    rmSync(folder, { recursive: true })
  })

  it('finds a problem where a part of TensorFlow is broken', async () => {
    const runtime = findRuntime()
    if (runtime.backend !== 'tensorflow') throw new Error('the native runtime is not installed: swath setup')
    const folder = mkdtempSync(join(tmpdir(), 'swath-diagnose-'))
    mkdirSync(join(folder, runtimeFolder))
    for (const file of readdirSync(dirname(runtime.bindingPath))) {
      if (file !== preloadFile) symlinkSync(join(dirname(runtime.bindingPath), file), join(folder, runtimeFolder, file))
    }
    writeFileSync(join(folder, runtimeFolder, preloadFile), 'not a library')
    vi.stubEnv('SWATH_CACHE', folder)
    expect(await named('TensorFlow')).toMatchObject({
      status: 'problem',
      detail: expect.stringMatching(/^TensorFlow does not run on this machine:\n[^]*preload\.node/) as string,
      advice: expect.stringContaining('`swath setup`') as string,
    })
    rmSync(folder, { recursive: true })
  })

  it('tells why there are fewer cores than the machine has', () => {
    const limits = { machine: 8, allowed: [0, 1, 2, 3], quota: 2.5 }
    expect(diagnoseCores(limits).detail).toBe(
      '2 of this machine’s 8: the process’s affinity mask allows 4, its cgroup’s limit is 2.5 CPUs',
    )
    expect(diagnoseCores({ machine: 2, allowed: [0, 1], quota: Infinity }).detail).toBe('all 2 of this machine')
  })

  it('warns where memory is too little for a worker on every core', () => {
    expect(diagnoseMemory(8e9, 1e8)).toMatchObject({ status: 'warning', detail: '100 MB of 8000 MB available' })
    expect(diagnoseMemory(1e12, 1e12)).toMatchObject({ status: 'ok' })
  })
})
