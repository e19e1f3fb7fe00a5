/** What a model costs, counted from its layers. */
export interface ModelCost {
  readonly parameterCount: number
  /** Floating-point operations of one example's forward pass; a multiply-add counts as two. */
  readonly flops: number
}
