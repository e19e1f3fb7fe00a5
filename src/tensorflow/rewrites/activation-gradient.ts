import { type } from '../graph.ts'
import type { RecordedOp } from '../record.ts'
import { isFloat, sameShape, type ProgramView, type Rule } from './rule.ts'

/** An activation's gradient that tfjs spells out in small ops → TensorFlow's one kernel for it. */
export const activationGradient: Rule = (op, view) => {
  const [output] = op.outputs
  if (op.op !== 'Mul' || !isFloat(output)) return undefined
  for (const [factor, gradient] of [op.inputs, op.inputs.toReversed()] as [number, number][]) {
    const incoming = view.tensor(gradient)
    if (!incoming || !sameShape(incoming.shape, output.shape)) continue
    const features = reluFeatures(factor, view)
    if (features !== undefined) return kernel('ReluGrad', [gradient, features])
    const hyperbolic = tanhOutput(factor, view)
    if (hyperbolic !== undefined) return kernel('TanhGrad', [hyperbolic, gradient])
  }
  return undefined

  function kernel(name: string, inputs: readonly number[]): number {
    return view.add(name, inputs, [type('T', output?.dtype ?? 0)], output ?? { shape: [], dtype: 0 })
  }
}

/**
 * `Select(IsNan(x), x, Select(x > 0, 1, 0))` is relu's slope at x. Returns relu(x) where it is at hand, as the slope is
 * the same and x needn't be kept, else x.
 */
function reluFeatures(id: number, view: ProgramView): number | undefined {
  const outer = view.producer(id, 'Select')
  const x = view.producer(outer?.inputs[0], 'IsNan')?.inputs[0]
  if (outer === undefined || x === undefined || outer.inputs[1] !== x) return undefined
  const inner = view.producer(outer.inputs[2], 'Select')
  const greater = view.producer(inner?.inputs[0], 'Greater')
  if (inner === undefined || greater?.inputs[0] !== x || view.constant(greater.inputs[1])?.join() !== '0')
    return undefined
  if (!isFilledWith(1, inner.inputs[1], view) || !isFilledWith(0, inner.inputs[2], view)) return undefined
  return view.consumer(x, 'Relu')?.outputs[0]?.id ?? x
}

/** `1 − y²` is tanh's slope where y = tanh(x). */
function tanhOutput(id: number, view: ProgramView): number | undefined {
  const difference = view.producer(id, 'Sub')
  if (!isFilledWith(1, difference?.inputs[0], view)) return undefined
  const y = view.producer(difference?.inputs[1], 'Square')?.inputs[0]
  return view.producer(y, 'Tanh') === undefined ? undefined : y
}

function isFilledWith(value: number, id: number | undefined, view: ProgramView): boolean {
  const fill: RecordedOp | undefined = view.producer(id, 'Fill')
  const values = view.constant(fill === undefined ? id : fill.inputs[1])
  return values?.every((each) => each === value) ?? false
}
