import { expect, test } from 'vitest'

import { SwathError } from '../../src/errors.ts'
import { defineSweep, settingsOf } from '../../src/sweep/definition.ts'
import { readSweep, type SweepFile } from '../../src/sweep/read.ts'
import { SweepSource } from '../../src/sweep/source.ts'

function read(text: string): SweepFile {
  return readSweep(new SweepSource('theirs.yaml', text))
}

function mistake(text: string): string {
  try {
    read(text)
  } catch (error) {
    if (error instanceof SwathError) return error.message
    throw error
  }
  throw new Error('the file was accepted')
}

const varied = `
parameters:
  epochs:
    value: 5
  variance:
    value: 5
  sleep:
    value: 0.5
  base:
    values: [10,15,20]
  increment:
    values: [0.1,0.2,0.3]
  direction:
    values: [-1,0.1,1]
`
const metric = `
metric:
  name: loss_metric
  goal: minimize
`

/** The examples of github.com/wandb/sweeps (commit b1dfc5f), without their comments. */
const examples: Readonly<Record<string, string>> = {
  'sweep-bayes': `description: sweep example using bayes search
program: train.py
project: sweeps-examples
method: bayes
${metric}${varied}`,
  'sweep-grid': `description: sweep example using grid search
program: train.py
project: sweeps-examples
method: grid
${metric}${varied}`,
  'launch/sweep-launch-jobs': `description: sweep examples using launch jobs
job: "launch-test/wandb-launch-sweeps/job-source-wandb-launch-sweeps-examples_launch-jobs_train-launch-jobs.py:v0"
program: train-launch-jobs.py
project: wandb-launch-sweeps
method: bayes
${metric}${varied}`,
  'local-controller/sweep-local-bayes': `description: sweep examples using local controller and bayes
program: train-local.py
project: sweeps-examples
method: bayes
controller:
  type: local
${metric}${varied}`,
  'local-controller/sweep-local-hyperband': `description: sweep examples using local controller and hyperband
program: train-local.py
project: sweeps-examples
method: grid
controller:
  type: local
${metric}
early_terminate:
  type: hyperband
  max_iter: 10
  s: 2
  eta: 3
${varied}`,
  'nested-params/sweep-nested-cli': `description: sweep examples with nested parameters using cli
program: train-nested-cli.py
project: sweeps-examples
method: grid
metric:
  name: loss
  goal: minimize
parameters:
  batch_size:
    values: [32, 64]
  optimizer:
    parameters:
      lr:
        values: [0.001, 0.0001]
      nadam:
        parameters:
          beta:
            values: [0.9, 0.95]
`,
  // As their documentation shows them.
  'documentation: random': `program: train.py
method: random
name: sweepdemo
metric:
  goal: minimize
  name: validation_loss
parameters:
  batch_size:
    values: [16, 32, 64]
  epochs:
    values: [2, 10, 15]
  lr:
    max: 0.1
    min: 0.0001
`,
  'documentation: command': `program: train.py
method: grid
parameters:
  batch_size:
    value: 8
  lr:
    value: 0.0001
command:
  - \${env}
  - python3
  - \${program}
  - \${args_no_boolean_flags}
  - --file
  - \${args_json_file}
`,
  'documentation: hyperband': `program: train.py
method: bayes
run_cap: 10
entity: someone
metric: { name: val_loss, goal: minimize, target: 0.1, impute: best, impute_while_running: latest }
early_terminate:
  type: hyperband
  min_iter: 3
  eta: 2
  strict: true
parameters:
  optimizer: { values: [adam, sgd], probabilities: [0.3, 0.7] }
  dropout: { distribution: uniform, min: 0, max: 0.5 }
  layers: { distribution: q_log_uniform_values, q: 8, min: 32, max: 256 }
`,
  'every key that only their server needs': `apiVersion: "1"
kind: sweep
project: p
entity: e
controller: { type: cloud }
job: j
image_uri: i
scheduler: { engine: wandb }
name: "My sweep, the 2nd"
program: train.py
method: random
parameters: { x: { min: 0, max: 1 } }
`,
}

test.each(Object.entries(examples))('%s is a sweep file', (_, text) => {
  expect(read(text).content.parameters).not.toEqual({})
})

test('what only their server needs is said to be passed over, once', () => {
  expect(read(examples['sweep-bayes'] ?? '').notes).toEqual(['project: only W&B’s server needs it; ignored here.'])
  const all = read(examples['every key that only their server needs'] ?? '')
  expect(all.content.name).toBe('My sweep, the 2nd')
  expect(all.notes).toEqual([
    'apiVersion, kind, project, entity, controller, job, image_uri, scheduler: only W&B’s server needs them; ignored here.',
    'The sweep "My sweep, the 2nd" is My-sweep-the-2nd here: the name of a sweep has letters, digits, ".", "_" and "-".',
    'x: from 0 to 1 are two whole numbers, as W&B reads it; 1.0 makes it all between.',
  ])
  expect(read(examples['documentation: random'] ?? '').notes).toEqual([])
})

test('a metric’s target is how a sweep is run, what trials count as is what a search does', () => {
  const file = read(examples['documentation: hyperband'] ?? '')
  const objective = { name: 'val_loss', goal: 'minimize' }
  expect(defineSweep(file, null)).toMatchObject({
    objectives: [objective],
    impute: { failed: 'best', running: 'latest' },
  })
  expect(settingsOf(file, { builtin: 'mlp' })).toMatchObject({
    metric: objective,
    target: { ...objective, value: 0.1 },
  })
  const plain = read((examples['documentation: hyperband'] ?? '').replace(/, target.*}/, ' }'))
  expect(defineSweep(plain, null)).not.toHaveProperty('impute')
  expect(defineSweep(plain, null).objectives).toEqual([objective])
})

test('metrics are objectives', () => {
  const text =
    'program: a.py\nmethod: nsga2\nmetrics: [{ name: loss }, { name: size }]\nparameters: { x: { values: [1, 2] } }\n'
  expect(defineSweep(read(text), null).objectives).toEqual([
    { name: 'loss', goal: 'minimize' },
    { name: 'size', goal: 'minimize' },
  ])
  expect(mistake(`${text}metric: { name: loss }\n`)).toMatch(/:3:1: metrics: `metrics` and `metric` exclude each other/)
})

test.each([
  [
    'method: custom',
    /:1:9: method: a custom method is run by a scheduler of W&B’s server; here `method: tpe` or `nsga2`/,
  ],
  [
    'method: grid\nscheduler: { engine: optuna }',
    /:2:22: scheduler\.engine: its engines are run by W&B’s server; here/,
  ],
  [
    'method: grid\nmetric: { name: x, impute: mean }',
    /metric\.impute: got the text "mean", expected one of latest, best, worst/,
  ],
  ['method: grid\nmetric: { name: x, target: low }', /metric\.target: expected a number, got the text "low"/],
])('%s is refused with what to do', (text, message) => {
  expect(mistake(`${text}\nprogram: a.py\nparameters: { x: { values: [1, 2] } }\n`)).toMatch(message)
})

test.each([
  ['budget: { hours: 0 }', /budget\.hours: expected more than 0, got 0/],
  ['budget: { hour: 2 }', /:1:11: budget\.hour: unknown key; did you mean hours\?/],
  ['power: { watts: 2 }', /power\.watts: unknown key; did you mean .*watts\?/],
  ['warm_start: other', /:1:1: warm_start: grid learns nothing from trials: tpe, bayes, nsga2 do/],
])('%s is refused', (text, message) => {
  expect(mistake(`${text}\nmethod: grid\nprogram: a.py\nparameters: { x: { values: [1, 2] } }\n`)).toMatch(message)
})
