import { lenet } from './lenet.ts'
import { mlp } from './mlp.ts'
import { defineProgram, type Parameters, type TrialProgram } from './program.ts'

const networks: Readonly<Record<string, TrialProgram>> = { mlp, lenet }

/** The built-in program `classifier`: its parameter `model` says which network, so that one sweep can compare them. */
export const byModel = defineProgram({
  check(params) {
    const { network, own } = choose(params)
    network.check?.(own)
  },
  model(tf, params, images) {
    const { network, own } = choose(params)
    if (network.model === undefined) throw new Error(`model: ${String(params.model)} has no model`)
    return network.model(tf, own, images)
  },
  async train(trial) {
    const { network, own } = choose(trial.params)
    return network.train({ ...trial, params: own })
  },
})

function choose({ model, ...own }: Parameters): { network: TrialProgram; own: Parameters } {
  const network = typeof model === 'string' ? networks[model] : undefined
  if (network !== undefined) return { network, own }
  throw new Error(`model: expected one of ${Object.keys(networks).join(', ')}, got ${JSON.stringify(model ?? null)}`)
}
