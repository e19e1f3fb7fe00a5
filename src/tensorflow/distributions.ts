import type * as TensorFlow from '@tensorflow/tfjs'
import { dataTypes } from './backend.ts'
import type { RecordedConstant } from './record.ts'

/** A distribution that tfjs draws from in JavaScript, and TensorFlow's op that draws from the same in its standard form. */
interface Distribution {
  readonly op: string
  /** tfjs's numbers of a seed, in the standard form. */
  readonly draw: (tf: typeof TensorFlow, count: number, seed: number) => TensorFlow.Tensor
}

const distributions: readonly Distribution[] = [
  {
    op: 'StatelessRandomUniformV2',
    draw: (tf, count, seed) => tf.randomUniform([count], 0, 1, 'float32', seed),
  },
  {
    op: 'StatelessRandomNormalV2',
    draw: (tf, count, seed) => tf.randomNormal([count], 0, 1, 'float32', seed),
  },
  {
    op: 'StatelessTruncatedNormalV2',
    draw: (tf, count, seed) => tf.truncatedNormal([count], 0, 1, 'float32', seed),
  },
]

/** Random numbers: what TensorFlow's op `op` draws, `× multiply + add`. */
export interface RandomNumbers {
  readonly op: string
  readonly multiply: number
  readonly add: number
}

/** Fewer numbers than these fit a line by chance. */
const fewest = 4

/** Which random numbers a constant is, if tfjs drew it from one of these seeds: its numbers lie on a line over theirs. */
export function recognize(
  tf: typeof TensorFlow,
  constant: RecordedConstant,
  seeds: readonly number[],
): RandomNumbers | undefined {
  if (constant.dtype !== dataTypes.float32) return undefined
  const values = constant.values as Float32Array
  const few = values.subarray(0, fewest)
  for (const seed of seeds) {
    for (const { op, draw } of distributions) {
      const drawn = (count: number) => tf.tidy(() => draw(tf, count, seed).dataSync<'float32'>())
      // A seed's first numbers are the same, however many are drawn.
      if (lineThrough(drawn(few.length), few) === undefined) continue
      const line = lineThrough(drawn(values.length), values)
      if (line !== undefined) return { op, ...line }
    }
  }
  return undefined
}

/** `y = x × multiply + add`, if that holds for all to float32's precision. */
function lineThrough(x: Float32Array, y: Float32Array): { multiply: number; add: number } | undefined {
  if (x.every((value, i) => value === y[i])) return { multiply: 1, add: 0 }
  if (x.length < fewest) return undefined
  const [low, high] = [x.indexOf(Math.min(...x.subarray(0, 1000))), x.indexOf(Math.max(...x.subarray(0, 1000)))]
  const at = (values: Float32Array, i: number) => values[i] ?? NaN
  const multiply = (at(y, high) - at(y, low)) / (at(x, high) - at(x, low))
  const add = at(y, low) - multiply * at(x, low)
  const tolerance = 1e-5 * (Math.abs(multiply) + Math.abs(add))
  const fits = x.every((value, i) => Math.abs(value * multiply + add - at(y, i)) <= tolerance)
  if (!fits) return undefined
  return { multiply, add: Math.abs(add) < 1e-6 * Math.abs(multiply) ? 0 : add }
}
