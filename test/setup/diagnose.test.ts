import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, describe, expect, it, vi } from 'vitest'

import { diagnoseCores, diagnoseMemory } from '../../src/setup/diagnose-machine.ts'
import { diagnose } from '../../src/setup/diagnose.ts'
import type { Diagnosis } from '../../src/setup/diagnosis.ts'

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
