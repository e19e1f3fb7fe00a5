/** A tensor of float32 values, row by row. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: readonly NamedTensor[]
  readonly metadata: Readonly<Record<string, string>>
}

/** Bytes of a header, as in the format's own implementation. */
const mostHeader = 100_000_000

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

/**
 * The safetensors format (huggingface/safetensors): 8 bytes of header length, a JSON header, then the values, little-endian,
 * without gaps. Its header is padded to 8 bytes, so that readers can map the values where they lie.
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array[] {
  let offset = 0
  const entries = tensors.map(({ name, shape, values }): [string, Entry] => {
    const from = offset
    offset += values.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [from, offset] }]
  })
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) })
  const header = Buffer.from(text.padEnd(text.length + padding(Buffer.byteLength(text))))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const values = tensors.map(
    ({ values: { buffer, byteOffset, byteLength } }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  return [length, header, ...values]
}

/**
 * The tensors in the order of their values. They have to fill the file without gaps or overlaps, as the format wants it:
 * then a name that stands there twice, or an offset that was changed, cannot pass.
 * @throws Error that says what is wrong with the bytes
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 8) throw new Error('not a safetensors file: shorter than its header')
  const start = 8 + Number(view.readBigUInt64LE())
  if (start > view.length) throw new Error('not a safetensors file, or cut short within its header')
  if (start > mostHeader) throw new Error(`its header has more than ${mostHeader} bytes`)
  const { __metadata__: metadata = {}, ...entries } = parseHeader(view.subarray(8, start))
  if (!isTexts(metadata)) throw new Error('its metadata are not texts')

  let end = start
  const ordered = Object.entries(entries)
    .map(([name, entry]) => ({ name, ...checkEntry(name, entry) }))
    .sort((a, b) => a.from - b.from)
  const tensors = ordered.map(({ name, shape, from, to }): NamedTensor => {
    if (start + from !== end) throw new Error(`${name}: its values are not where those before it end`)
    end = start + to
    if (end > view.length) throw new Error(`cut short: ${name} is not all there`)
    // A copy: the values may lie at an odd address.
    return { name, shape, values: new Float32Array(Uint8Array.from(view.subarray(start + from, end)).buffer) }
  })
  if (end < view.length) throw new Error(`${view.length - end} bytes more than its header says`)
  return { tensors, metadata }
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  const header = parseJson(bytes)
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new Error('not a safetensors file: its header is no JSON object')
  }
  return header as Record<string, unknown>
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new Error('not a safetensors file: its header is not JSON', { cause: error })
  }
}

/** What the header says of a tensor, once that is what it says it is. */
function checkEntry(name: string, given: unknown): { shape: readonly number[]; from: number; to: number } {
  const { dtype, shape, data_offsets: offsets } = (given ?? {}) as Record<string, unknown>
  if (dtype !== 'F32') {
    throw new Error(`${name}: expected values of type F32, found ${typeof dtype === 'string' ? dtype : 'none'}`)
  }
  if (!isSizes(shape)) throw new Error(`${name}: its shape is no list of sizes`)
  const [from, to] = isSizes(offsets) ? offsets : []
  if (from === undefined || to === undefined) throw new Error(`${name}: its offsets are not two numbers`)
  if (to - from !== 4 * shape.reduce((size, length) => size * length, 1)) throw new Error(`${name}: its size is wrong`)
  return { shape, from, to }
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string')
}

function padding(length: number): number {
  return (8 - (length % 8)) % 8
}
