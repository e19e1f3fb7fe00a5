import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandProgram } from '../../../src/programs/command/command.ts'
import type { RawReport, Report, ReportOptions, Trial } from '../../../src/programs/program.ts'
import { ReportReader } from '../../../src/workers/report-reader.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'
import { gone, there } from './processes.ts'

/** Trains one trial of a shell script, here; `given` takes the place of what a worker would give it. */
async function train(script: string, given: Partial<Trial> = {}, words: readonly string[] = []) {
  const folder = temporaryFolder()
  const program = commandProgram({ command: ['sh', '-c', script, 'sh', ...words], folder, script: null })
  const reports: Report[] = []
  const reader = new ReportReader(['loss'])
  const trial = {
    ...{ id: 7, params: { lr: 0.5, deep: true }, seed: 11, dataset: undefined, resume: undefined },
    ...{ signal: new AbortController().signal, tf: {} as Trial['tf'], folder: join(folder, 'trial-7') },
    progress: () => undefined,
    async report(given: RawReport, { repeated }: ReportOptions = {}) {
      reports.push(reader.read(given, repeated).report)
      return Promise.resolve('continue' as const)
    },
    ...given,
  }
  const outcome = await program.train(trial).catch((error: unknown) => error)
  return { outcome, reports, folder }
}

test('each line of metrics is a report; an epoch that it does not name is the next one, or the last that was named', async () => {
  const { outcome, reports } = await train(`
    echo '{"loss": 3}'
    echo '{"loss": 2, "note": "better"}'
    echo '{"epoch": 5, "loss": 1}'
    printf '{"loss": 0.5}'`)
  expect(outcome).toBeUndefined()
  expect(reports).toEqual([
    { epoch: 1, loss: 3 },
    { epoch: 2, loss: 2 },
    { epoch: 5, loss: 1 },
    { epoch: 5, loss: 0.5 },
  ])
})

test('a command finds its trial in its arguments, its environment and its folder', async () => {
  const script = `
    pwd
    for word; do echo "$word"; done
    cat "$1"
    echo
    echo "$SWATH_TRIAL $SWATH_SEED $SWATH_PARAMS $SWATH_CHECKPOINT_DIR \${SWATH_DATASET-none}"
    echo "$OMP_NUM_THREADS $MKL_NUM_THREADS $OPENBLAS_NUM_THREADS $NUMEXPR_NUM_THREADS $VECLIB_MAXIMUM_THREADS"
    exit 9`
  const onStderr = `exec >&2\n${script}`
  const { outcome, folder } = await train(onStderr, { cores: 3 }, ['${args_json_file}', '${args}'])
  const own = join(folder, 'trial-7')
  const params = '{"lr":0.5,"deep":true}'
  expect(outcome).toMatchObject({
    failure: {
      stack: [
        ...[folder, join(own, 'args.json'), '--lr=0.5', '--deep=True', params],
        `7 11 ${params} ${own} none`,
        '3 3 3 3 3',
      ].join('\n'),
    },
  })
  expect(existsSync(own)).toBe(false)
})

test('what a command keeps in its folder is there in its next attempt', async () => {
  const folder = join(temporaryFolder(), 'trial-7')
  const script = `
    done=$(cat "$SWATH_CHECKPOINT_DIR/done" 2>/dev/null || echo 0)
    echo $((done + 1)) >"$SWATH_CHECKPOINT_DIR/done"
    echo "{\\"epoch\\": $((done + 1))}"`
  await train(script, { folder })
  expect((await train(script, { folder })).reports).toEqual([{ epoch: 2 }])
})

test('a command that fails says how, with the end of its stderr', async () => {
  const { outcome } = await train('echo \'{"loss": 1}\'; for i in $(seq 30); do echo "no $i" >&2; done; exit 3')
  const stack = Array.from({ length: 20 }, (_, k) => `no ${k + 11}`).join('\n')
  const message = expect.stringMatching(/^sh -c .* ended with exit code 3$/s) as string
  expect(outcome).toMatchObject({ failure: { kind: 'threw', message, stack, exitCode: 3 } })

  const killed = await train('kill -SEGV $$')
  expect(killed.outcome).toMatchObject({ failure: { kind: 'threw', signal: 'SIGSEGV' } })
  expect((killed.outcome as Error).message).toMatch(/was ended by SIGSEGV$/)
})

test.each([
  ['NaN', '{"loss": NaN}', 'diverged', 'diverged: loss is NaN at epoch 2'],
  ['infinity', '{"loss": -Infinity, "epoch": 4}', 'diverged', 'diverged: loss is -Infinity at epoch 4'],
  ['the text nan', '{"loss": "nan"}', 'diverged', 'diverged: loss is NaN at epoch 2'],
  [
    'more than 10,000 metrics',
    `{${Array.from({ length: 10_001 }, (_, k) => `"m${k}": 1`).join()}}`,
    'bad-report',
    'a report: expected at most 10000 entries besides epoch, got more',
  ],
])('a report of %s ends the command, and then its trial fails', async (_, line, kind, message) => {
  const script = `echo '{"loss": 1}'; sleep 1000 & echo $! >pid; echo '${line}'; echo '{"loss": 1}'; wait`
  const { outcome, reports, folder } = await train(script)
  expect(outcome).toMatchObject({ kind, message })
  expect(reports).toEqual([{ epoch: 1, loss: 1 }])
  await gone(Number(readFileSync(join(folder, 'pid'), 'utf8')))
})

test('a command that is told to stop is ended, and that is no failure', async () => {
  const report = () => Promise.resolve('stop' as const)
  const { outcome } = await train(`echo '{"loss": 1}'; while :; do echo '{"loss": 1}'; sleep 1; done`, { report })
  expect(outcome).toBeUndefined()
})

test('a command whose trial is cancelled is ended', async () => {
  const abort = new AbortController()
  let pid = 0
  const report = (given: RawReport) => {
    const { pid: own = 0 } = given as { pid?: number }
    pid = there(own)
    abort.abort()
    return Promise.resolve('continue' as const)
  }
  const { outcome } = await train(`trap '' TERM; echo "{\\"pid\\": $$}"; while :; do sleep 1; done`, {
    ...{ signal: abort.signal, report },
  })
  expect(outcome).toBeUndefined()
  await gone(pid)

  const before = await train('exit 3', { signal: AbortSignal.abort() })
  expect(before.outcome).toBeUndefined()
})

test('a command waits while its reports do', async () => {
  const lines = 200_000
  const folder = temporaryFolder()
  writeFileSync(
    join(folder, 'flood.mjs'),
    `
    import { writeFileSync, writeSync } from 'node:fs'
    for (let k = 1; k <= ${lines}; k++) {
      writeSync(1, JSON.stringify({ k, padding: 'x'.repeat(100) }) + '\\n')
      if (k % 100 === 0) writeFileSync('written', String(k))
    }`,
  )
  const abort = new AbortController()
  const progress = () => Number(existsSync(join(folder, 'written')) && readFileSync(join(folder, 'written'), 'utf8'))
  let written = 0
  const report = async () => {
    // Until it writes no further: a pipe's worth is ahead of the reader, and no more.
    while (!abort.signal.aborted) {
      const before = written
      await new Promise((resolve) => setTimeout(resolve, 200))
      written = progress()
      if (written > 0 && written === before) abort.abort()
    }
    return 'continue' as const
  }
  await train(`cd ${folder} && exec "${process.execPath}" flood.mjs`, { report, signal: abort.signal })
  expect(written).toBeLessThan(lines / 4)
})
