import type { Parameters } from '../programs/program.ts'

/** A backward pass costs about twice the forward one: once for the gradients of the inputs, once for the weights. */
const forwardAndBackward = 3

/**
 * FLOPs that training a trial takes, for a time to go and a plan's estimate: forward and backward over all examples and
 * epochs. 1 for a trial whose program has no model to count, so that each weighs the same.
 */
export function trainingWork(
  { flops, params }: { readonly flops: number | null; readonly params: Parameters },
  examples: number | undefined,
): number {
  const epochs = params.epochs
  if (flops === null || examples === undefined) return typeof epochs === 'number' ? epochs : 1
  return forwardAndBackward * flops * examples * (typeof epochs === 'number' ? epochs : 1)
}
