import { expect, test } from 'vitest'

import { tellingParameters } from '../../src/sweep/telling.ts'
import { ParameterCensus } from '../../src/sweep/varying.ts'

const parameters = { depth: { values: [1, 2] }, width: { values: [8, 16] }, seed: { value: 3 } }
const sweep = { definition: JSON.stringify({ parameters }) }
const trials = [8, 16].map((width) => ({ params: { depth: 1, width, seed: 3 } }))

test('all trials tell themselves which parameters differ; of some the search space tells', () => {
  const census = new ParameterCensus()
  for (const { params } of trials) census.add(params)
  for (const given of [trials, census]) {
    expect(tellingParameters(sweep, given, { areAll: true })).toEqual(['width'])
    expect(tellingParameters(sweep, given, { areAll: false })).toEqual(['depth', 'width'])
    expect(tellingParameters({ definition: '{}' }, given, { areAll: false })).toEqual(['width'])
  }
})
