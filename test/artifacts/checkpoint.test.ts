import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint, weightNames } from '../../src/artifacts/checkpoint.ts'
import { artifactFolder } from '../../src/artifacts/folder.ts'
import { decodeSafetensors, encodeSafetensors } from '../../src/artifacts/safetensors.ts'

tf.enableProdMode() // else tfjs advertises tfjs-node
const folder = mkdtempSync(join(tmpdir(), 'swath-artifacts-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const images = { height: 2, width: 2, channels: 1, classes: 3 }
const model = tf.sequential({
  layers: [tf.layers.dense({ units: 3, inputShape: [4] }), tf.layers.batchNormalization()],
})
const weights = model.getWeights().map((weight) => Float32Array.from(weight.dataSync()))
const bytesOf = (parts: readonly Uint8Array[]) => Uint8Array.from(Buffer.concat(parts))

describe('a checkpoint', () => {
  test('comes back with its weights by name, its optimizer and its images', () => {
    const slots = weights.flatMap((weight) => [weight.map((value) => value + 1), weight])
    const encoded = encodeCheckpoint(
      weightNames(model),
      { weights, optimizer: { name: 'adam', steps: 7, slots } },
      images,
    )
    const decoded = decodeCheckpoint(bytesOf(encoded), 'x')
    expect(decoded.weights.map(({ name, shape }) => [name, shape])).toEqual([
      ['0.kernel', [4, 3]],
      ['0.bias', [3]],
      ['1.gamma', [3]],
      ['1.beta', [3]],
      ['1.moving_mean', [3]],
      ['1.moving_variance', [3]],
    ])
    expect(decoded.weights.map(({ values }) => values)).toEqual(weights)
    expect(decoded.optimizer).toEqual({ name: 'adam', steps: 7, slots })
    expect(decoded.images).toEqual(images)
  })

  test('of another number of weights, or of other sizes, is refused when it is made', () => {
    expect(() => encodeCheckpoint(weightNames(model), { weights: weights.slice(1) }, images)).toThrow(
      /expected 6 arrays .* got 5/,
    )
    expect(() => encodeCheckpoint(weightNames(model), { weights: weights.toReversed() }, images)).toThrow(
      /0\.kernel: expected 12/,
    )
  })

  test('that is cut short anywhere says so', () => {
    const whole = bytesOf(encodeCheckpoint(weightNames(model), { weights }, images))
    for (const length of [0, 5, 20, 200, whole.length - 1]) {
      expect(() => decodeCheckpoint(whole.subarray(0, length), 'x')).toThrow(/^x: (not a safetensors file|cut short)/)
    }
  })
})

test('a safetensors header is padded so that the values lie on 8 bytes', () => {
  for (const name of ['a', 'ab', 'abc', 'ä']) {
    const [, header = new Uint8Array()] = encodeSafetensors({
      tensors: [{ name, shape: [1], values: Float32Array.of(2) }],
      metadata: {},
    })
    expect(header.length % 8).toBe(0)
  }
  expect(decodeSafetensors(bytesOf(encodeSafetensors({ tensors: [], metadata: { a: 'b' } }))).metadata).toEqual({
    a: 'b',
  })
})

describe('an artifact in a folder', () => {
  const artifacts = artifactFolder(folder)

  test('is read as it was written', () => {
    const stored = artifacts.write('trial-1/a.safetensors', [Uint8Array.of(1, 2), Uint8Array.of(3)])
    expect(stored).toMatchObject({ name: 'trial-1/a.safetensors', bytes: 3 })
    expect([...artifacts.read(stored)]).toEqual([1, 2, 3])
  })

  test('that was cut, changed or removed since is refused, with its path', () => {
    const stored = artifacts.write('b', [Uint8Array.of(1, 2, 3)])
    writeFileSync(join(folder, 'b'), Uint8Array.of(1, 2))
    expect(() => artifacts.read(stored)).toThrow(/b is cut short: expected 3 bytes, found 2/)
    writeFileSync(join(folder, 'b'), Uint8Array.of(1, 2, 4))
    expect(() => artifacts.read(stored)).toThrow(/its SHA-256 differs/)
    artifacts.remove(['b', 'never-there'])
    expect(() => artifacts.read(stored)).toThrow(/b is gone/)
  })

  test('that cannot be written leaves nothing behind', () => {
    writeFileSync(join(folder, 'file'), 'in the way')
    expect(() => artifacts.write('file/c', [Uint8Array.of(1)])).toThrow(/can't be written/)
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('in the way')
  })
})
