/** The ways to train that take part, by framework. */
export const contestants = {
  swath: ['float32', 'bfloat16', 'op by op', 'fit', 'roofline'],
  torch: ['written', 'fused', 'bfloat16', 'compile'],
  keras: ['fit'],
} as const

export type Framework = keyof typeof contestants

export interface Case {
  readonly model: string
  readonly batch: number
}

const dense = ['128', '512', '1024', '512-512-512']
const batches = [1, 16, 64, 128]

export function casesOf(quick: boolean): Case[] {
  if (quick) return [{ model: '512', batch: 64 }]
  const models = [...dense, 'lenet']
  return [64, ...batches.filter((batch) => batch !== 64)].flatMap((batch) => models.map((model) => ({ model, batch })))
}

/** Whether it takes part in a case: `torch.compile` takes half a minute to compile, op by op is for comparison alone. */
export function takesPart(framework: Framework, variant: string, { model, batch }: Case): boolean {
  if (variant === 'compile') return batch === 64
  if (variant === 'roofline') return model !== 'lenet'
  if (framework === 'swath' && variant === 'op by op') return batch === 64
  return true
}
