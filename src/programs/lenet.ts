import { z } from 'zod'
import { activations } from '../models/activations.ts'
import { lenet as lenetModel } from '../models/lenet.ts'
import { checkParameters } from './check-parameters.ts'
import { classifier } from './classifier.ts'
import { checkOptimizer, trainingParameters } from './training-parameters.ts'

const schema = z.strictObject({ activation: z.enum(activations).default('tanh'), ...trainingParameters })

/** Two convolutions and pools take so much off an image's edges. */
const leastSize = 16

/** The built-in program `lenet`: LeNet-5 on images from 16 × 16. */
export const lenet = classifier({
  parameters(params) {
    const checked = checkParameters(schema, params)
    checkOptimizer(checked)
    return checked
  },
  model(tf, { activation }, images) {
    const { height, width } = images
    if (Math.min(height, width) >= leastSize) return lenetModel(tf, { ...images, activation })
    throw new Error(`lenet: expected images of at least ${leastSize}×${leastSize}, got ${height}×${width}`)
  },
})
