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

/** @throws Error that says what is wrong with the bytes */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < 8) throw new Error('not a safetensors file: shorter than its header')
  const start = 8 + Number(view.readBigUInt64LE())
  if (start > view.length) throw new Error('not a safetensors file, or cut short within its header')
  const { __metadata__: metadata = {}, ...entries } = parseHeader(view.subarray(8, start).toString())
  const tensors = Object.entries(entries).map(([name, entry]): NamedTensor => {
    const {
      dtype,
      shape,
      data_offsets: [from, to],
    } = entry as Entry
    if (dtype !== 'F32') throw new Error(`${name}: expected values of type F32, found ${dtype}`)
    if (to - from !== 4 * shape.reduce((size, length) => size * length, 1))
      throw new Error(`${name}: its size is wrong`)
    if (start + to > view.length) throw new Error(`cut short: ${name} is not all there`)
    // A copy: the values may lie at an odd address.
    return { name, shape, values: new Float32Array(Uint8Array.from(view.subarray(start + from, start + to)).buffer) }
  })
  return { tensors, metadata: metadata as Record<string, string> }
}

function parseHeader(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    throw new Error('not a safetensors file: its header is not JSON', { cause: error })
  }
}

function padding(length: number): number {
  return (8 - (length % 8)) % 8
}
