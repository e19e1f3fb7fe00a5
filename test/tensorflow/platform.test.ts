import { describe, expect, it } from 'vitest'

import { kernelInstructions, platform, processorFlags } from '../../src/tensorflow/platform.ts'

describe('the instructions by which kernels are chosen', () => {
  it.each([
    ['avx avx2 fma avx512f avx512bw avx512vl avx512dq avx512_bf16', ['avx512_core', 'avx512_bf16']],
    ['avx avx2 fma avx512f', ['avx2']],
    ['avx sse4_1', ['avx']],
    ['fp asimd sve bf16', ['asimd', 'sve', 'bf16']],
  ])('of %s', (flags, instructions) => {
    expect(kernelInstructions(processorFlags(`flags\t\t: ${flags}\n`))).toEqual(instructions)
  })

  it('are unknown where the system does not tell them', () => {
    expect(kernelInstructions(undefined)).toEqual([])
  })
})

it('a trial in plain JavaScript depends on Node alone', () => {
  const { node } = process.versions
  const found = platform({ backend: 'portable', reason: '', hint: '' })
  expect(Object.keys(found)).toEqual(['backend', 'cpu', 'node', 'system'])
  expect(found).toMatchObject({ backend: 'portable', node })
  expect(platform({ backend: 'tensorflow', version: '1', bindingPath: '' })).toMatchObject({ tensorflow: '1', node })
})
