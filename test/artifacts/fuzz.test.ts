import fc from 'fast-check'
import { expect, test } from 'vitest'

import { decodeCheckpoint, encodeCheckpoint } from '../../src/artifacts/checkpoint.ts'
import { SwathError } from '../../src/errors.ts'
import { runs, tally } from '../fuzz.ts'

const tried = tally('checkpoints')

const layout = [
  { name: '0.kernel', shape: [4, 3] },
  { name: '0.bias', shape: [3] },
  { name: 'ünïcode "quoted"', shape: [] },
  { name: 'nothing', shape: [0, 5] },
]
const sizes = layout.map(({ shape }) => shape.reduce((size, length) => size * length, 1))
const weights = sizes.map((size, k) => Float32Array.from({ length: size }, (_, i) => k + i / 7))
const slots = [Float32Array.of(1, NaN, -0), Float32Array.of(Infinity)]
const valid = Buffer.concat(
  encodeCheckpoint(
    layout,
    { weights, optimizer: { name: 'adam', steps: 7, slots }, state: { rng: [1, 2] } },
    { height: 2, width: 2, channels: 1, classes: 3 },
  ),
)
const headerLength = Number(valid.readBigUInt64LE())
const start = 8 + headerLength

/** Decoded, or refused as an artifact. What is decoded is every byte behind the header, each once, in order. */
function outcomeOf(bytes: Uint8Array): string {
  let decoded
  try {
    decoded = decodeCheckpoint(bytes, 'x')
  } catch (error) {
    expect(error).toBeInstanceOf(SwathError)
    expect(error).toMatchObject({ code: 'artifact', message: expect.stringMatching(/^x: ./) as string })
    return 'refused'
  }
  const values = [...decoded.weights.map((tensor) => tensor.values), ...(decoded.optimizer?.slots ?? [])]
  const total = values.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const header = 8 + Number(Buffer.from(bytes).readBigUInt64LE())
  expect(total).toBeLessThanOrEqual(bytes.length - header)
  for (const { shape, values: of } of decoded.weights) {
    expect(of).toHaveLength(shape.reduce((size, length) => size * length, 1))
  }
  return 'decoded'
}

/** A file with this header in front of the same values. */
function withHeader(header: unknown, values: Uint8Array = valid.subarray(start)): Buffer {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)))
  return Buffer.concat([length, Buffer.from(text), values])
}

test('the whole file is decoded, to the bit', () => {
  const decoded = decodeCheckpoint(valid, 'x')
  expect(decoded.weights.map(({ name, shape }) => ({ name, shape }))).toEqual(layout)
  expect(decoded.weights.map(({ values }) => values)).toEqual(weights)
  expect(decoded.optimizer).toEqual({ name: 'adam', steps: 7, slots })
  expect(decoded.state).toEqual({ rng: [1, 2] })
})

test('a file that ends anywhere before its end, or goes on behind it, is refused', () => {
  for (let length = 0; length < valid.length; length++) {
    expect(outcomeOf(valid.subarray(0, length)), `${length} bytes`).toBe('refused')
    tried('cut: refused')
  }
  expect(outcomeOf(Buffer.concat([valid, Buffer.alloc(1)]))).toBe('refused')
})

test('a flipped bit in the values changes one of them; in the header it is refused, or a name or number other than it was', () => {
  for (let bit = 0; bit < 8 * start; bit++) {
    const flipped = Buffer.from(valid)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    tried(`a bit of the header: ${outcomeOf(flipped)}`)
  }
  fc.assert(
    fc.property(fc.integer({ min: 8 * start, max: 8 * valid.length - 1 }), (bit) => {
      const flipped = Buffer.from(valid)
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const decoded = decodeCheckpoint(flipped, 'x')
      const bytes = [...decoded.weights.map(({ values }) => values), ...(decoded.optimizer?.slots ?? [])]
      const joined = Buffer.concat(bytes.map(({ buffer }) => new Uint8Array(buffer)))
      expect(joined.equals(flipped.subarray(start))).toBe(true)
      tried('a bit of the values: decoded')
    }),
    runs(100),
  )
})

const tensor = (fields: object) => ({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...fields } })

test.each<[what: string, header: unknown, bytes: number, message: string]>([
  ['negative offsets', tensor({ data_offsets: [-8, 0] }), 8, 'its offsets are not two numbers'],
  ['offsets that are no numbers', tensor({ data_offsets: ['0', '8'] }), 8, 'its offsets are not two numbers'],
  ['one offset', tensor({ data_offsets: [8] }), 8, 'its offsets are not two numbers'],
  ['no offsets', tensor({ data_offsets: undefined }), 8, 'its offsets are not two numbers'],
  ['offsets of nothing', tensor({ data_offsets: [null, null] }), 8, 'its offsets are not two numbers'],
  ['offsets beyond the end', tensor({ data_offsets: [8, 16] }), 8, 'its values are not where those before it end'],
  ['more than there is', tensor({ shape: [1e12], data_offsets: [0, 4e12] }), 8, 'cut short: a is not all there'],
  ['a huge shape', tensor({ shape: [2 ** 40, 2 ** 40, 2 ** 40] }), 8, 'its size is wrong'],
  ['a shape of halves', tensor({ shape: [0.5, 4] }), 8, 'its shape is no list of sizes'],
  // Minus times minus was accepted.
  ['a negative shape', tensor({ shape: [-1, -2] }), 8, 'its shape is no list of sizes'],
  ['a shape that is a text', tensor({ shape: '2' }), 8, 'its shape is no list of sizes'],
  ['no shape', tensor({ shape: undefined }), 8, 'its shape is no list of sizes'],
  ['other values', tensor({ dtype: 'BF16' }), 8, 'a: expected values of type F32, found BF16'],
  ['values of no type', tensor({ dtype: undefined }), 8, 'a: expected values of type F32, found none'],
  ['a tensor that is null', { a: null }, 0, 'a: expected values of type F32, found none'],
  ['a tensor that is a number', { a: 5 }, 0, 'a: expected values of type F32, found none'],
  ['tensors that overlap', { ...tensor({}), b: tensor({}).a }, 8, 'b: its values are not where those before it end'],
  ['a gap', tensor({ data_offsets: [4, 12] }), 12, 'a: its values are not where those before it end'],
  ['values of no tensor', tensor({}), 12, '4 bytes more than its header says'],
  // JSON takes the last of them, and what the first named was nobody's.
  [
    'a name that stands there twice',
    '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
    8,
    'a: its values are not where those before it end',
  ],
  ['a list', '[]', 0, 'its header is no JSON object'],
  ['null', 'null', 0, 'its header is no JSON object'],
  ['no header', '', 0, 'its header is not JSON'],
  ['brackets without end', '['.repeat(1e6), 0, 'its header is not JSON'],
  ['deep brackets', `{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 0, 'a: expected values of type F32'],
  ['metadata that are none', { __metadata__: { steps: 5 } }, 0, 'its metadata are not texts'],
  ['metadata that are null', { __metadata__: null }, 0, 'its metadata are not texts'],
  ['no number of steps', { __metadata__: { optimizer: 'adam' } }, 0, 'what it says of its steps makes no sense'],
  ['steps that are none', { __metadata__: { optimizer: 'adam', steps: '-1' } }, 0, 'what it says of its steps'],
  [
    'images of no size',
    { __metadata__: { images: '{"height":0,"width":1,"channels":1,"classes":1}' } },
    0,
    'what it says of its images',
  ],
  ['images that are no JSON', { __metadata__: { images: '{' } }, 0, 'what it says of its images'],
])('a header with %s is refused', (_, header, bytes, message) => {
  const file = withHeader(header, new Uint8Array(bytes))
  expect(outcomeOf(file)).toBe('refused')
  expect(() => decodeCheckpoint(file, 'x')).toThrow(message)
})

test('a header that is not UTF-8, or longer than any file, is refused', () => {
  const text = Buffer.from(JSON.stringify(tensor({})))
  text[2] = 0xff
  expect(() =>
    decodeCheckpoint(Buffer.concat([Buffer.from([text.length, 0, 0, 0, 0, 0, 0, 0]), text, Buffer.alloc(8)]), 'x'),
  ).toThrow('its header is not JSON')
  for (const length of [2n ** 60n, 2n ** 64n - 1n, 2n ** 53n, BigInt(valid.length)]) {
    const file = Buffer.from(valid)
    file.writeBigUInt64LE(length)
    expect(() => decodeCheckpoint(file, 'x')).toThrow('cut short within its header')
  }
})

test('a name that means something to JavaScript is one', () => {
  const file = withHeader('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', new Uint8Array(4))
  expect(decodeCheckpoint(file, 'x').weights.map(({ name }) => name)).toEqual(['__proto__'])
})

test('whatever the bytes and the header are, the file is decoded or refused', () => {
  const header = JSON.parse(valid.subarray(8, start).toString()) as Record<string, object>
  const sizesToTry = fc.oneof(
    fc.integer({ min: -8, max: 80 }),
    fc.constantFrom(2 ** 31, 2 ** 53, 1e300, -0, 0.5, null, '4', NaN),
  )
  const fields = fc.record(
    {
      dtype: fc.constantFrom('F32', 'F64', 'f32', 4),
      shape: fc.oneof(fc.array(sizesToTry, { maxLength: 3 }), fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(sizesToTry, sizesToTry), fc.jsonValue()),
    },
    { requiredKeys: [] },
  )
  const changes = fc.dictionary(
    fc.oneof(fc.constantFrom(...Object.keys(header), '__proto__', 'optimizer.9', 'a'), fc.string({ maxLength: 4 })),
    fc.oneof(fields, fc.jsonValue({ maxDepth: 2 })),
    { maxKeys: 3 },
  )
  const changed = changes.map((entries) => {
    const merged = Object.entries({ ...header, ...entries }).map(([name, value]) => {
      const isFields = typeof value === 'object' && value !== null && !Array.isArray(value)
      return [name, isFields ? { ...header[name], ...value } : value]
    })
    return withHeader(Object.fromEntries(merged))
  })
  const spoiled = fc
    .array(fc.tuple(fc.nat(valid.length - 1), fc.uint8Array({ minLength: 1, maxLength: 6 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) => {
      const bytes = Buffer.from(valid)
      for (const [at, edit] of edits) bytes.set(edit.subarray(0, bytes.length - at), at)
      return bytes
    })
  fc.assert(
    fc.property(fc.oneof(changed, spoiled, fc.uint8Array({ maxLength: 200 })), (bytes) => {
      tried(`anything: ${outcomeOf(bytes)}`)
    }),
    runs(600),
  )
})
