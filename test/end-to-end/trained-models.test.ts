import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs'
import { afterAll, describe, expect, test } from 'vitest'
import { decodeSafetensors } from '../../src/artifacts/safetensors.ts'
import { mnistDigit, picture, pngHeader } from '../images/pictures.ts'
import { mnistLabel } from '../images/labels.ts'
import { ask, swath, workFolder } from './swath.ts'

tf.enableProdMode() // else tfjs advertises tfjs-node

// Not `workFolder`, which is gone with the test that makes it.
const folder = mkdtempSync(join(tmpdir(), 'swath-trained-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** A folder with a store: trial 1 is 784-64-10, trained for two epochs on all of MNIST. */
const trained = once(async () => {
  const { code, stdout, stderr } = await swath(['train', '--hidden', '64', '--epochs', '2', '--json'], folder)
  expect(code, stderr).toBe(0)
  return { folder, result: JSON.parse(stdout) as Record<string, number> }
})

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

async function json<T>(args: readonly string[], folder: string): Promise<T> {
  const { code, stdout, stderr } = await swath([...args, '--json'], folder)
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

interface Evaluation {
  readonly test_accuracy: number
  readonly confusion: readonly (readonly number[])[]
  readonly worst: readonly { row: number; label: number; predicted: number; confidence: number }[]
}

interface Predicted {
  readonly label: string
  readonly confidence: number
  readonly probabilities: Record<string, number>
}

describe('swath train', () => {
  test('reports time and accuracies, and keeps the trial in the store', async () => {
    const { folder, result } = await trained()
    expect(result).toMatchObject({
      trial: 1,
      sweep: 'train',
      state: 'completed',
      parameter_count: 50_890,
      flops: 101_632,
    })
    expect(result.test_accuracy).toBeGreaterThan(0.92)
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining(['elapsed_seconds', 'epoch_seconds', 'train_accuracy', 'val_accuracy']),
    )
    const [row] = await ask<{ value: number }>("select value from metrics where name = 'test_accuracy'", folder)
    expect(row?.value).toBe(result.test_accuracy)
  })

  test.each([
    [['--hidden', '0'], /^error: hidden: \[0\]: expected a whole number from 1/],
    [['--hidden', '12,many'], /--hidden 12,many: expected widths/],
    [['--program', 'lenett'], /no program lenett; did you mean lenet/],
    [['--program', 'lenet', '--hidden', '8'], /hidden: there is no such parameter/],
    [['--optimizer', 'adagrad'], /optimizer: expected one of adam/],
    [['--set', 'activation=nope'], /activation: expected one of/],
    [['--dataset', './none'], /there is no such folder/],
  ])('train %s says what is wrong, and writes nothing', async (args, message) => {
    const folder = workFolder()
    const { code, stderr } = await swath(['train', ...args], folder)
    expect(stderr).toMatch(message)
    expect(stderr).not.toMatch(/ at .*:\d+:\d+/)
    expect(code).toBe(2)
    if (existsSync(join(folder, 'swath.db'))) expect(await ask('select * from trials', folder)).toEqual([])
  })
})

describe('swath evaluate', () => {
  test('finds the accuracy that the trial reported, and what it takes for what', async () => {
    const { folder, result } = await trained()
    const { test_accuracy, confusion, worst } = await json<Evaluation>(['evaluate', '1'], folder)
    expect(test_accuracy).toBeCloseTo(result.test_accuracy ?? 0, 3)
    const total = confusion.flat().reduce((sum, count) => sum + count, 0)
    const right = confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0)
    expect([total, right / total]).toEqual([10_000, test_accuracy])
    expect(worst).toHaveLength(5)
    for (const { row, label, predicted } of worst) {
      expect(label).toBe(mnistLabel(row - 60_000))
      expect(predicted).not.toBe(label)
    }
    const { stdout } = await swath(['evaluate', '1'], folder)
    expect(stdout).toMatch(/test accuracy +\d\d\.\d\d %/)
    expect(stdout).toMatch(/, seen as \d/)
  })

  test('--sweep gives a row for each model', async () => {
    const { folder } = await trained()
    const args = ['evaluate', '--sweep', 'train', '--cpu-watts', '26', '--ram-watts', '6', '--grams-per-kwh', '360']
    const [row, ...others] = await json<Record<string, number>[]>(args, folder)
    expect(others).toEqual([])
    expect(row).toMatchObject({ trial: 1, parameter_count: 50_890, flops: 101_632, bytes: 4 * 50_890 })
    expect(row?.latency_ms).toBeLessThanOrEqual(row?.latency_p95_ms ?? 0)
    expect((row?.co2eq_mg ?? 0) / (row?.energy_j ?? 0)).toBeCloseTo(0.1, 9)
    expect((await swath(['evaluate', '--sweep', 'train'], folder)).stdout).toMatch(/0\.20 MB/)
  })
})

describe('swath predict', () => {
  test('reads ten test images as PNG and as JPEG, and finds the same digits', async () => {
    const { folder } = await trained()
    const indices = Array.from({ length: 10 }, (_, i) => 3 + i * 977)
    for (const index of indices) {
      const drawn = picture(mnistDigit(index), 28, 28)
      await drawn
        .clone()
        .png()
        .toFile(join(folder, `${index}.png`))
      await drawn
        .clone()
        .negate()
        .resize(280, 280)
        .jpeg()
        .toFile(join(folder, `${index}.jpg`))
    }
    const { worst } = await json<Evaluation>(['evaluate', '1', '--worst', '10000'], folder)
    const wrong = new Map(worst.map(({ row, predicted }) => [row - 60_000, predicted]))
    const expected = indices.map((index) => String(wrong.get(index) ?? mnistLabel(index)))
    const labels = async (extension: string) =>
      (await json<Predicted[]>(['predict', '1', ...indices.map((index) => `${index}.${extension}`)], folder)).map(
        ({ label }) => label,
      )
    expect(await labels('png')).toEqual(expected)
    expect(await labels('jpg')).toEqual(expected)
  })

  test('gives all probabilities, and draws them', async () => {
    const { folder } = await trained()
    await picture(mnistDigit(0), 28, 28).webp().toFile(join(folder, 'seven.webp'))
    const [prediction] = await json<Predicted[]>(['predict', '1', 'seven.webp'], folder)
    const shares = Object.values(prediction?.probabilities ?? {})
    expect(shares).toHaveLength(10)
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5)
    expect(Math.max(...shares)).toBe(prediction?.confidence)
    const { stdout } = await swath(['predict', '1', 'seven.webp'], folder)
    expect(stdout).toMatch(/^seven\.webp: 7, \d+\.\d\d % sure, in /)
    expect(stdout).toMatch(/ 7 █+.* \d\d\.\d\d %/)
  })

  test('what is no picture, empty, too large, blank or not there is refused', async () => {
    const { folder } = await trained()
    writeFileSync(join(folder, 'text.png'), 'hello')
    writeFileSync(join(folder, 'empty.png'), '')
    writeFileSync(join(folder, 'huge.png'), pngHeader(100_000, 100_000))
    await picture(new Uint8Array(40 * 40), 40, 40)
      .png()
      .toFile(join(folder, 'blank.png'))
    const refusals = [
      ['text.png', /text\.png: expected a PNG, JPEG or WebP picture; this is none/],
      ['empty.png', /empty\.png: .*the file is empty/],
      ['huge.png', /huge\.png: expected at most 100000000 pixels, found 100000×100000/],
      ['blank.png', /blank\.png: there is no digit on it/],
      ['gone.png', /gone\.png: there is no such file/],
      ['.', /expected a picture, found a folder/],
    ] as const
    for (const [path, message] of refusals) {
      const { code, stdout, stderr } = await swath(['predict', '1', path], folder)
      expect(stderr).toMatch(message)
      expect([code, stdout]).toEqual([2, ''])
    }
  })
})

describe('swath retrain', () => {
  interface Retrained {
    readonly trial: number
    readonly sweep: string
    readonly images: readonly { before: { label: string }; after: { label: string; confidence: number } }[]
    readonly test_accuracy: { before: number; after: number }
    readonly classes: readonly { before: number; after: number }[]
  }

  test('cures a mistake, and does less harm with an anchor; the parent stays as it is', async () => {
    const { folder } = await trained()
    const hashes = 'select id, weights_sha256 from trials where id = 1'
    const parent = await ask(hashes, folder)
    const { worst, test_accuracy } = await json<Evaluation>(['evaluate', '1', '--worst', '1'], folder)
    const [{ row, label } = { row: 0, label: 0 }] = worst
    await picture(mnistDigit(row - 60_000), 28, 28)
      .png()
      .toFile(join(folder, 'wrong.png'))
    const args = ['retrain', '1', 'wrong.png', '--label', String(label)]
    const plain = await json<Retrained>([...args, '--steps', '3'], folder)
    const anchored = await json<Retrained>([...args, '--anchor'], folder)
    for (const { images, test_accuracy: accuracy, classes } of [plain, anchored]) {
      expect(images[0]?.before.label).not.toBe(String(label))
      expect(images[0]?.after.label).toBe(String(label))
      expect(accuracy.before).toBe(test_accuracy)
      expect(classes).toHaveLength(10)
    }
    expect(anchored.test_accuracy.after).toBeGreaterThan(plain.test_accuracy.after)
    expect(anchored.test_accuracy.after).toBeGreaterThan(test_accuracy - 0.02)

    expect(await ask(hashes, folder)).toEqual(parent)
    expect(
      await ask(
        'select t.id, t.parent_id, t.state, s.name from trials t join sweeps s on s.id = t.sweep_id where t.parent_id is not null',
        folder,
      ),
    ).toEqual([
      { id: plain.trial, parent_id: 1, state: 'completed', name: 'retrain-1' },
      { id: anchored.trial, parent_id: 1, state: 'completed', name: 'retrain-1' },
    ])
    const kept = await json<Evaluation>(['evaluate', String(anchored.trial)], folder)
    expect(kept.test_accuracy).toBe(anchored.test_accuracy.after)
    expect((await swath(['show', String(plain.trial)], folder)).stdout).toMatch(/Retrained[\s\S]*wrong\.png/)

    // The same again gives the same bits.
    await json<Retrained>([...args, '--anchor'], folder)
    const [again] = await ask<{ n: number }>(
      `select count(distinct weights_sha256) as n from trials where parent_id = 1`,
      folder,
    )
    expect(again?.n).toBe(2)
  })

  test('a label that is no class, no steps, and weights that explode are refused, and nothing is kept', async () => {
    const { folder } = await trained()
    await picture(mnistDigit(5), 28, 28).png().toFile(join(folder, 'one.png'))
    const before = await ask('select count(*) as n from trials', folder)
    const files = readdirSync(join(folder, 'swath-artifacts'))
    const refusals = [
      [['--label', 'seven'], /--label seven: expected one of 0, 1, 2/],
      [['--label', '10'], /--label 10: expected one of/],
      [['--label', '1', '--steps', '0'], /--steps 0: expected a whole number/],
      [['--label', '7', '--learning-rate', '1e38', '--steps', '3'], /lower --learning-rate/],
    ] as const
    for (const [args, message] of refusals) {
      const { code, stderr } = await swath(['retrain', '1', 'one.png', ...args], folder)
      expect(stderr).toMatch(message)
      expect(code).toBe(2)
    }
    expect(await ask('select count(*) as n from trials', folder)).toEqual(before)
    expect(readdirSync(join(folder, 'swath-artifacts'))).toEqual(files)
  })
})

describe('swath export', () => {
  test('the tfjs model gives the same predictions in plain tfjs', async () => {
    const { folder } = await trained()
    const { code, stderr } = await swath(['export', '1', '--out', 'model'], folder)
    expect(code, stderr).toBe(0)
    await picture(mnistDigit(12), 28, 28).png().toFile(join(folder, 'nine.png'))
    const [predicted] = await json<Predicted[]>(['predict', '1', 'nine.png'], folder)

    const description = JSON.parse(readFileSync(join(folder, 'model', 'model.json'), 'utf8')) as {
      modelTopology: object
      weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[]
      userDefinedMetadata: { images: { multiply: number; add: number } }
    }
    const bytes = readFileSync(join(folder, 'model', 'weights.bin'))
    const weightData = Uint8Array.from(bytes).buffer
    const weightSpecs = description.weightsManifest.flatMap(({ weights }) => weights)
    const model = await tf.loadLayersModel(
      tf.io.fromMemory({ modelTopology: description.modelTopology, weightSpecs, weightData }),
    )
    const { multiply, add } = description.userDefinedMetadata.images
    const pixels = Array.from(mnistDigit(12), (level) => level * multiply + add)
    const shares = tf.tidy(() => tf.softmax(model.predict(tf.tensor2d([pixels])) as tf.Tensor).dataSync())
    Object.values(predicted?.probabilities ?? {}).forEach((share, k) => {
      expect(shares[k]).toBeCloseTo(share, 5)
    })
  })

  test('the safetensors file holds the weights by their layers; nothing is written over', async () => {
    const { folder } = await trained()
    expect((await swath(['export', '1', '--format', 'safetensors'], folder)).code).toBe(0)
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(folder, 'trial-1.safetensors')))
    expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
      ['0.kernel', [784, 64]],
      ['0.bias', [64]],
      ['1.kernel', [64, 10]],
      ['1.bias', [10]],
    ])
    expect(metadata).toMatchObject({ trial: '1', program: 'mlp' })
    const again = await swath(['export', '1', '--format', 'safetensors'], folder)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/trial-1\.safetensors is there already/)
  })
})

describe('a checkpoint', () => {
  test('that is not there yet, of a trial that is not there, cut short, changed or gone: each says so', async () => {
    const folder = workFolder({
      'diverges.yaml': `program: mlp
method: grid
dataset: { name: mnist, limit: 500 }
parameters:
  learning_rate: { value: 1e30 }
  optimizer: { value: sgd }
  epochs: { value: 3 }
`,
    })
    await swath(['run', 'diverges.yaml'], folder)
    await swath(['train', '--set', 'dataset.limit=500', '--set', 'width=8', '--epochs', '1'], folder)
    const refused = async (args: readonly string[], code: number, message: RegExp) => {
      const result = await swath(args, folder)
      expect(result.stderr).toMatch(message)
      expect([result.code, result.stdout]).toEqual([code, ''])
    }
    await refused(['evaluate', '1'], 2, /trial 1 of diverges has no checkpoint\n→ it failed: swath show 1/)
    await refused(['predict', '9', 'x.png'], 2, /there is no trial 9/)
    await refused(['evaluate', 'first'], 2, /first: expected the number of a trial/)

    const path = join(folder, 'swath-artifacts', 'trial-2', 'attempt-1-epoch-1.safetensors')
    const whole = readFileSync(path)
    const changed = Uint8Array.from(whole)
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    writeFileSync(path, changed)
    await refused(['export', '2'], 1, /is not the file that the trial wrote/)
    truncateSync(path, 1000)
    await refused(['evaluate', '2'], 1, /is cut short: expected \d+ bytes, found 1000/)
    writeFileSync(path, whole)
    expect((await swath(['evaluate', '2'], folder)).code).toBe(0)
    await swath(['delete', 'train', '--yes'], folder)
    await refused(['evaluate', '2'], 2, /there is no trial 2/)
    expect(existsSync(path)).toBe(false)
  })
})
