import { expect, test } from 'vitest'

import { ask, Swath, workFolder } from './swath.ts'

const credentials = {
  ...{ SWATH_TOKEN: 'a', SWATH_OWNER_PASSWORD: 'b', PGPASSWORD: 'c', AWS_SECRET_ACCESS_KEY: 'd' },
  AWS_REGION: 'here',
}
const seen = Object.keys(credentials)

/** A module and a command that report which of the variables they see, as 1 or 0. */
const files = {
  'module.mjs': `import { execFileSync } from 'node:child_process'
const atLoad = { ...process.env }
export default {
  async train(trial) {
    const child = execFileSync('env').toString().split('\\n')
    const has = (name) => Number(name in process.env && name in atLoad && child.includes(name + '=' + process.env[name]))
    const not = (name) => Number(!(name in process.env) && !(name in atLoad) && !child.some((line) => line.startsWith(name + '=')))
    await trial.report(Object.fromEntries(${JSON.stringify(seen)}.map((name) => [name, has(name) || not(name) - 1])))
  },
}
`,
  'command.sh': `for name in ${seen.join(' ')}; do
  if printenv "$name" > /dev/null; then has=1; else has=0; fi
  report="$report\${report:+, }\\"$name\\": $has"
done
echo "{$report}"
`,
}

async function run(program: string, env: string) {
  const text = `name: a\nprogram: ${program}\nmethod: grid\nmetric: { name: AWS_REGION, goal: maximize }\n`
  const folder = workFolder({ ...files, 'a.yaml': `${text}${env}\nparameters: { x: { values: [1, 2] } }\n` })
  const { code, stderr } = await new Swath(['run', 'a.yaml'], folder, undefined, credentials).finished
  expect(code, stderr).toBe(0)
  const rows = await ask<Record<string, number>>('select * from sweep_a', folder)
  expect(rows).toHaveLength(2)
  expect(JSON.stringify(await ask('select * from sweeps', folder))).not.toContain('"d"')
  return rows.map((row) => seen.filter((name) => row[name] === 1))
}

test.each(['./module.mjs', 'command.sh'])(
  '%s inherits no credentials of swath’s that are not listed',
  async (program) => {
    expect(await run(program, '')).toEqual([['AWS_REGION'], ['AWS_REGION']])
    const listed = ['AWS_SECRET_ACCESS_KEY', 'AWS_REGION']
    expect(await run(program, 'env: [AWS_SECRET_ACCESS_KEY]')).toEqual([listed, listed])
    expect(await run(program, 'env: { PGPASSWORD: another, AWS_SECRET_ACCESS_KEY: null }')).toEqual([
      ['PGPASSWORD', ...listed],
      ['PGPASSWORD', ...listed],
    ])
  },
)

test('a macro that names a credential has to be listed, too', async () => {
  const sweep = (env: string) => `name: a
command: [sh, -c, 'echo "{\\"x\\": 1}"', '\${envvar:AWS_SECRET_ACCESS_KEY}']
method: grid
${env}
metric: { name: x, goal: maximize }
parameters: { y: { values: [1] } }
`
  const folder = workFolder({ 'a.yaml': sweep(''), 'b.yaml': sweep('env: [AWS_SECRET_ACCESS_KEY]') })
  const refused = await new Swath(['run', 'a.yaml'], folder, undefined, credentials).finished
  expect(refused.code).toBe(2)
  expect(refused.stderr).toMatch(
    /a\.yaml:2:\d+: .*AWS_SECRET_ACCESS_KEY is not passed on unless .* lists it under `env`/,
  )
  const taken = await new Swath(['run', 'b.yaml'], folder, undefined, credentials).finished
  expect(taken.code, taken.stderr).toBe(0)
})
