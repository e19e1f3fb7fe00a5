/** The activations that the built-in networks take, by tfjs's names. */
export const activations = [
  'relu',
  'tanh',
  'sigmoid',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'swish',
  'gelu',
  'linear',
] as const

export type Activation = (typeof activations)[number]
