import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { postgresLocation } from '../store/temporary-store.ts'
import { ask, swath, workFolder } from './swath.ts'

/** Small networks on a part of MNIST, two seeds each. */
const mnist = `name: small
program: mlp
method: grid
dataset: { name: mnist, limit: 2000 }
metric: { name: val_accuracy, goal: maximize }
repeat: 2
parameters:
  width: { values: [4, 16, 32] }
  epochs: { value: 2 }
`

test('a sweep with seeds is shown by their means, its best point trains again to the same bits, and it compares with another', async () => {
  const folder = workFolder({ 'small.yaml': mnist })
  const run = await swath(['run', 'small.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
  // The Pareto table of the run has a row a point.
  expect(run.stdout).toMatch(/trial +seeds +width/)

  const shown = await swath(['show', 'small'], folder)
  expect(shown.code, shown.stderr).toBe(0)
  expect(shown.stdout).toMatch(/^small: 6 trials, 6 completed\n/)
  expect(shown.stdout).toMatch(/\n +\d+ +2 +completed +4 .* ± /)
  expect(shown.stdout).toMatch(
    /\nBest: val accuracy [\d.]+( ± [\d.]+)? % over 2 seeds with width (16|32) \(trial \d+\)\n/,
  )
  expect(shown.stdout).toMatch(
    /\nIt is better than width \d+ by [\d.]+ ± [\d.]+ points \(2 seeds each\): (no )?more than noise \(p [=<] 0\.\d+\)\.\n/,
  )
  expect(shown.stdout).toMatch(/\nTo try next: .*\.\n$/)
  const each = await swath(['show', 'small', '--seeds'], folder)
  expect(each.stdout.match(/^ +\d+ +completed /gm)).toHaveLength(6)

  const rows = (await swath(['show', 'small', '--csv'], folder)).stdout.trim().split('\r\n')
  expect(rows).toHaveLength(7)
  expect(rows[0]).toMatch(/^trial,state,width,/)
  const json = JSON.parse((await swath(['show', 'small', '--json'], folder)).stdout) as {
    analysis: { best: { trial: number; params: { width: number } } }
  }
  expect(json).toMatchObject({
    sweep: { name: 'small', trials: 6, completed: 6 },
    trials: { length: 6 },
    points: { length: 3, 0: { seeds: 2, metrics: { val_accuracy: { n: 2 } } } },
    analysis: { repeat: 2, points: 3, difference: { test: "Welch's t" }, front: null },
  })

  const file = await swath(['show', 'small', '--best'], folder)
  writeFileSync(join(folder, 'best.yaml'), file.stdout)
  const again = await swath(['run', 'best.yaml'], folder)
  expect(again.code, again.stderr).toBe(0)
  const { width } = json.analysis.best.params
  const bits = (sweep: string) =>
    ask(
      `select params, repeat, seed, weights_sha256 from results where sweep = '${sweep}' and params ->> 'width' = ${width} order by repeat`,
      folder,
    )
  expect(await bits('small-best')).toEqual(await bits('small'))

  const other = await swath(['run', 'small.yaml', '--new', '--set', 'learning_rate=0.01'], folder)
  expect(other.code, other.stderr).toBe(0)
  const compared = await swath(['compare', 'small', 'small-2'], folder)
  expect(compared.code, compared.stderr).toBe(0)
  expect(compared.stdout).toMatch(/^ +small +small-2\n/)
  expect(compared.stdout).toMatch(
    /\nThe points of small(-2)? are better in val accuracy by .* \(3 points each, by their ranks\)/,
  )
  const table = (await swath(['compare', 'small', 'small-2', '--csv'], folder)).stdout.split('\r\n')
  expect(table.slice(0, 3).map((line) => line.split(',')[0])).toEqual(['name', 'small', 'small-2'])
})

const program = `export default { async train({ params, report }) {
  await report({ epoch: 1, loss: (params.x - 0.3) ** 2 + (params.kind === 'b' ? 1 : 0), cost: params.x })
} }
`
const search = `name: search
program: ./lib/own.mjs
method: random
objectives: [{ name: loss, goal: minimize }, { name: cost, goal: minimize }]
run_cap: 60
resources: { cores: 0 }
retries: 3
parameters:
  x: { min: 0.0, max: 1.5 }
  kind: { values: [a, b] }
`

test.each(['sqlite', 'postgres'])(
  'a search for trade-offs ends with its front and what matters, on %s',
  async (kind) => {
    const folder = workFolder({ 'sweeps/search.yaml': search, 'sweeps/lib/own.mjs': program })
    const store = kind === 'postgres' ? ['--store', postgresLocation()] : []
    const command = (...args: string[]) => swath([...args, ...store], folder)
    const run = await command('run', 'sweeps/search.yaml', '--workers', '2')
    expect(run.code, run.stderr).toBe(0)
    const { stdout } = await command('show', 'search')
    expect(stdout).toMatch(/\nFront: \d+ of 60 points that no other one beats\ntrial +loss +cost +kind +x\n/)
    expect(stdout).toMatch(
      /\nHypervolume \S{20} \d+ % after 10 %, .* of the points; up to the worst, loss .* and cost /,
    )
    expect(stdout).toMatch(
      /\nWhat matters for being among the best 6 of 60 points \(PED-ANOVA\):\nparameter +loss +cost\n/,
    )
    const { analysis } = JSON.parse((await command('show', 'search', '--json')).stdout) as {
      analysis: { importances: { objective: string; parameters: { name: string }[] }[]; front: { history: unknown[] } }
    }
    expect(analysis.front.history).toHaveLength(20)
    expect(analysis.importances.map(({ objective, parameters }) => [objective, parameters[0]?.name])).toEqual([
      ['loss', 'x'],
      ['cost', 'x'],
    ])
    // Its program is found from where the file lies now.
    const { stdout: file } = await command('show', 'search', '--best')
    expect(file).toContain('program: ./sweeps/lib/own.mjs\n')
    expect(file).toContain('retries: 3\n')
    writeFileSync(join(folder, 'best.yaml'), file)
    expect((await command('run', 'best.yaml')).code).toBe(0)
    const refused = await command('compare', 'search', 'none')
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no sweep none') as string })
  },
)

test('of a sweep that has completed nothing there is no best, and nothing to compare', async () => {
  const folder = workFolder({
    'search.yaml': search.replace('lib/', ''),
    'own.mjs': 'export default { async train() { throw new Error("no") } }',
  })
  expect((await swath(['run', 'search.yaml', '--set', 'run_cap=1', '--set', 'retries=0'], folder)).code).toBe(1)
  for (const args of [
    ['show', 'search', '--best'],
    ['compare', 'search', 'search'],
  ]) {
    const { code, stderr } = await swath(args, folder)
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/search has completed no trial yet/) as string,
    })
  }
})
