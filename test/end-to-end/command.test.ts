import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { coreLimits } from '../../src/tensorflow/cores.ts'
import { gone, there } from '../programs/command/processes.ts'
import { ask, Swath, swath, workFolder } from './swath.ts'

/** A folder with the example in it, which waits after its tenth epoch until there is a file `go`. */
function moons(): string {
  const pause = '        while epoch == 10 and not os.path.exists("go"): pass\n'
  const script = readFileSync('sweeps/moons.py', 'utf8').replace(
    /( {8}print\(json.dumps\(metrics\)\)\n)(?=\n\ndef)/,
    `$1${pause}`,
  )
  expect(script).toContain(pause)
  return workFolder({ 'moons.py': script, 'moons.yaml': readFileSync('sweeps/moons.yaml', 'utf8') })
}

test('a Python script that is killed with swath in mid-trial goes on from its own checkpoint, to the same numbers', async () => {
  const [whole, broken] = [moons(), moons()]
  const args = ['moons.yaml', '--workers', '1', '--set', 'hidden=4', '--set', 'epochs=20']
  writeFileSync(join(whole, 'go'), '')
  expect((await swath(['run', ...args], whole)).code).toBe(0)

  const run = new Swath(['run', ...args], broken)
  await run.says(/epoch 10: /)
  run.child.kill('SIGKILL')
  await run.finished
  writeFileSync(join(broken, 'go'), '')
  const resumed = await swath(['run', ...args], broken)
  expect(resumed.code, resumed.stderr).toBe(0)
  expect(resumed.stderr.match(/trial 1 .* epoch \d+/g)).toHaveLength(11)

  const metrics = `select t.number, m.epoch, m.name, m.value from metrics m join trials t on t.id = m.trial_id
    order by 1, 2, 3`
  expect(await ask(metrics, broken)).toEqual(await ask(metrics, whole))
  expect(await ask('select resumed_epoch from attempts where trial_id = 1 and attempt = 2', broken)).toEqual([
    { resumed_epoch: 9 },
  ])
  expect(await ask('select state, attempt from trials order by number', broken)).toEqual([
    { state: 'completed', attempt: 2 },
    { state: 'completed', attempt: 1 },
  ])
})

/** A command that does not hear SIGTERM, nor does its child; their ids are in the file `pids`. */
const stubborn = `program: stubborn.sh\nmethod: grid\nparameters: { a: { value: 1 } }\n`
const stubbornScript = `trap '' TERM HUP INT
sleep 1000 &
echo "$! $$" >pids
echo '{"loss": 1}'
while :; do sleep 1; done
`

test.each([
  ['kill -9', ['SIGKILL'], null],
  ['Ctrl-C', ['SIGINT'], 130],
  ['a second Ctrl-C', ['SIGINT', 'SIGINT'], 130],
] as const)('after %s no process of a command is left', async (_, signals, code) => {
  const folder = workFolder({ 'stubborn.yaml': stubborn, 'stubborn.sh': stubbornScript })
  const run = new Swath(['run', 'stubborn.yaml'], folder)
  await run.says(/epoch 1: /)
  const pids = readFileSync(join(folder, 'pids'), 'utf8').trim().split(' ').map(Number)
  for (const pid of pids) there(pid)
  for (const [k, signal] of signals.entries()) {
    if (k > 0) await run.says(/Once more ends at once/)
    run.child.kill(signal)
  }
  expect((await run.finished).code).toBe(code)
  for (const pid of pids) await gone(pid)
  expect(await ask('select name, value from metrics', folder)).toEqual([{ name: 'loss', value: 1 }])
})

test('how a command failed is kept with its trial and shown', async () => {
  const script = 'echo "loading" >&2\necho "no such data" >&2\n[ "$1" = how=exit ] && exit 3\nkill -SEGV $$\n'
  const folder = workFolder({
    'fails.sh': script,
    'fails.yaml': `command: [sh, fails.sh, "\${args_no_hyphens}"]\nmethod: grid\nretries: 0\nparameters: { how: { values: [exit, signal] } }\n`,
  })
  const run = await swath(['run', 'fails.yaml', '--workers', '1'], folder)
  expect(run.code).toBe(1)
  expect(run.stderr).toMatch(/trial 1: no such data/)
  expect(run.stderr).toMatch(/failed after .*: sh fails\.sh ended with exit code 3/)
  expect(await ask('select error, exit_code, signal, stack from attempts order by trial_id', folder)).toEqual([
    { error: 'sh fails.sh ended with exit code 3', exit_code: 3, signal: null, stack: 'loading\nno such data' },
    { error: 'sh fails.sh was ended by SIGSEGV', exit_code: null, signal: 'SIGSEGV', stack: 'loading\nno such data' },
  ])
  const { stdout } = await swath(['show', '1'], folder)
  expect(stdout).toMatch(/exit_code.*error.*\n.*\n.* 3 .*ended with exit code 3/)
  expect(stdout).toMatch(/The end of its stderr\nloading\nno such data\n/)
})

test('a command sees the cores of its worker alone, and none of what swath tells its own TensorFlow', async () => {
  const folder = workFolder({
    'cores.sh': `echo "threads $OMP_NUM_THREADS, TF \${TF_NUM_INTEROP_THREADS-unset}"
[ -e /proc/self/status ] && grep Cpus_allowed_list /proc/self/status
echo '{"x": 1}'\n`,
    'cores.yaml': 'program: ./cores.sh\nmethod: grid\nparameters: { a: { value: 1 } }\n',
  })
  const { code, stderr } = await swath(['run', 'cores.yaml'], folder)
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/trial 1: threads 1, TF unset/)
  // Swath knows nothing of what computes a command.
  expect(await ask('select runtime from attempts', folder)).toEqual([{ runtime: null }])
  const { allowed, quota } = coreLimits()
  if (process.platform === 'linux' && quota >= allowed.length) {
    expect(stderr).toMatch(new RegExp(`trial 1: Cpus_allowed_list:\\s*${allowed[0]}$`, 'm'))
  }
})

test('a changed command or script is another sweep', async () => {
  const folder = workFolder({
    'one.sh': `echo '{"x": 1}'\n`,
    'one.yaml': 'command: [sh, one.sh]\nmethod: grid\nparameters: { a: { value: 1 } }\n',
  })
  expect((await swath(['run', 'one.yaml'], folder)).code).toBe(0)
  const changed = await swath(['run', 'one.yaml', '--set', 'command=[sh, -e, one.sh]'], folder)
  expect(changed.code).toBe(2)
  expect(changed.stderr).toMatch(/command: \["sh","one\.sh"\] → \["sh","-e","one\.sh"\]/)
  copyFileSync(join(folder, 'one.yaml'), join(folder, 'one.sh'))
  expect((await swath(['run', 'one.yaml'], folder)).stderr).toMatch(/one\.sh has changed/)
})

test('a command’s first attempt finds an empty folder, whatever an earlier store left, and delete leaves none', async () => {
  const folder = workFolder({
    'swath-artifacts/trial-1/old': '',
    'keep.sh': `ls "$SWATH_CHECKPOINT_DIR"\ntouch "$SWATH_CHECKPOINT_DIR/new"\necho '{"x": 1}'\n`,
    'keep.yaml': 'program: keep.sh\nmethod: grid\nparameters: { a: { value: 1 } }\n',
  })
  const { stderr } = await swath(['run', 'keep.yaml'], folder)
  expect(stderr).not.toMatch(/old/)
  expect(readFileSync(join(folder, 'swath-artifacts/trial-1/new'), 'utf8')).toBe('')
  expect((await swath(['delete', 'keep', '--yes'], folder)).code).toBe(0)
  expect(() => readFileSync(join(folder, 'swath-artifacts/trial-1/new'))).toThrow(/ENOENT/)
})

test('a command that reports nothing completes, and is told how to report', async () => {
  const folder = workFolder({ 'mute.yaml': 'command: ["true"]\nmethod: grid\nparameters: { a: { value: 1 } }\n' })
  const { code, stdout, stderr } = await swath(['run', 'mute.yaml'], folder)
  expect(code, stderr).toBe(0)
  expect(stderr).toMatch(/trial 1: it reported nothing: a line such as \{"epoch": 1, "val_loss": 0\.3\} is a report/)
  expect(stdout).toMatch(/The trials of mute have reported no metric\./)
})

test('whatever a command calls its files, its next attempt finds them', async () => {
  const script = `cd "$SWATH_CHECKPOINT_DIR"
if [ -f attempt-1.pt ]; then echo '{"loss": 1}'; else echo kept >attempt-1.pt; exit 1; fi
`
  const folder = workFolder({
    'keep.yaml': 'program: keep.sh\nmethod: grid\nretries: 1\nparameters: { a: { value: 1 } }\n',
    'keep.sh': script,
  })
  const run = await swath(['run', 'keep.yaml'], folder)
  expect(run.code, run.stderr).toBe(0)
  expect(await ask('select state, attempt from trials', folder)).toEqual([{ state: 'completed', attempt: 2 }])
})
