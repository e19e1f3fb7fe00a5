import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, expect, test } from 'vitest'

import { varyingParameters } from '../../src/sweep/varying.ts'
import { planSweep } from '../../src/sweep/plan.ts'
import { readSweepFile } from '../../src/sweep/read.ts'
import { trialSeed } from '../../src/sweep/seed.ts'

const folder = mkdtempSync(join(tmpdir(), 'swath-plan-'))
afterAll(() => {
  rmSync(folder, { recursive: true })
})

function plan(parameters: string, more = '') {
  const path = join(folder, 'sweep.yaml')
  writeFileSync(path, `program: mlp\nmethod: grid\n${more}\nparameters:\n${parameters}\n`)
  return planSweep(readSweepFile(path))
}

const seeds = (parameters: string, more = '') =>
  new Map([...plan(parameters, more).trials()].map((trial) => [`${trial.key} ${trial.repeat}`, trial.seed]))

test('a grid becomes numbered trials, each with its point and its seed', () => {
  const trials = [...plan('  depth: { values: [1, 2] }\n  width: { min: 8, max: 9 }').trials()]
  expect(trials.map(({ number, key }) => [number, key])).toEqual([
    [1, '{"depth":1,"width":8}'],
    [2, '{"depth":1,"width":9}'],
    [3, '{"depth":2,"width":8}'],
    [4, '{"depth":2,"width":9}'],
  ])
  expect(new Set(trials.map((trial) => trial.seed)).size).toBe(4)
})

test('a case sets its parameters together, and a case that leaves one out has none', () => {
  const cases = '[{ hidden: [8], dataset.crop: 20 }, { hidden: [8, 8] }]'
  const planned = plan(`  network: { cases: ${cases} }\n  epochs: { values: [1, 2] }`)
  expect(planned.parameters).toEqual(['dataset.crop', 'epochs', 'hidden'])
  expect([...planned.trials()].map(({ key }) => key)).toEqual([
    '{"dataset.crop":20,"epochs":1,"hidden":[8]}',
    '{"epochs":1,"hidden":[8,8]}',
    '{"dataset.crop":20,"epochs":2,"hidden":[8]}',
    '{"epochs":2,"hidden":[8,8]}',
  ])
})

test('a grid that grows leaves its old points their seeds', () => {
  const before = seeds('  depth: { values: [2, 3] }')
  const after = seeds('  depth: { values: [1, 2, 3, 4] }')
  for (const [key, seed] of before) expect(after.get(key)).toBe(seed)
})

test('repeats of a point have seeds of their own', () => {
  const trials = [...plan('  depth: { value: 1 }', 'repeat: 3').trials()]
  expect(trials.map((trial) => trial.repeat)).toEqual([0, 1, 2])
  expect(new Set(trials.map((trial) => trial.seed)).size).toBe(3)
})

test('another seed of the sweep gives every trial another seed', () => {
  const first = [...seeds('  depth: { values: [1, 2] }', 'seed: 1').values()]
  const second = [...seeds('  depth: { values: [1, 2] }', 'seed: 2').values()]
  expect(first.filter((seed) => second.includes(seed))).toEqual([])
})

test('a parameter called seed is the seed of its trial', () => {
  expect(trialSeed(0, { seed: 42 }, 0)).toBe(42)
})

test('a grid of a billion points is refused before it is made', () => {
  expect(() => plan('  a: { min: 1, max: 100000 }\n  b: { min: 1, max: 10000 }')).toThrow(
    /the grid has 1,000,000,000 points; the limit is 100,000 trials/,
  )
})

test('a grid of any size is refused in a line, or counted as far as it is capped', () => {
  const huge =
    '  a: { min: 0, max: 1.0e+300, q: 1.0e+290, distribution: q_uniform }\n  b: { min: 0, max: 9007199254740990 }'
  expect(() => plan(huge)).toThrow(/the grid has 9\.0e\+25 points; the limit is 100,000 trials$/m)
  expect(() => plan('  a: { value: 1 }', 'repeat: 1000000000000000')).toThrow(/1 points × 1\.0e\+15 seeds/)
  expect(() =>
    plan(Array.from({ length: 40 }, (_, k) => `  p${k}: { min: 0, max: 9007199254740990 }`).join('\n')),
  ).toThrow(/the grid has Infinity points/)
  expect([...plan(huge, 'run_cap: 3').trials()].map(({ key }) => key)).toEqual([
    '{"a":0,"b":0}',
    '{"a":0,"b":1}',
    '{"a":0,"b":2}',
  ])
})

test('the limit can be raised, and run_cap keeps a plan below it', () => {
  expect(plan('  a: { min: 1, max: 200000 }', 'max_trials: 200000').size).toBe(200_000)
  expect(plan('  a: { min: 1, max: 2000000000 }', 'run_cap: 5').size).toBe(5)
})

test('parameters that never change are not what tells trials apart', () => {
  const trials = [{ params: { depth: 1, epochs: 2 } }, { params: { depth: 2, epochs: 2 } }]
  expect(varyingParameters(trials)).toEqual(['depth'])
})
