import type { LayoutOptions } from '../run/machine.ts'
import { isPlannedLater } from '../run/planner.ts'
import type { RunContext, RunResult } from '../run/run-sweep.ts'
import { storedSettings } from '../sweep/definition.ts'
import { lackingObjectives } from '../store/lacking-objectives.ts'
import { withStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { chooseDisplay } from './display/choose.ts'
import { printError } from './display/error.ts'
import { setupProgress } from './display/setup-progress.ts'
import { interruptedExitCode, interruptSignal } from './interrupt.ts'
import { nextSteps } from './next-steps.ts'
import { lackingText } from './note-results.ts'
import { printPareto } from './print-pareto.ts'
import { colors } from './terminal.ts'

export interface RunOptions {
  readonly store: string
  readonly artifacts?: string | undefined
  readonly machine: LayoutOptions
  readonly acceptsProgram?: boolean
}

/**
 * Runs a sweep before the user's eyes, then has printed what came of it (by default its Pareto table); the exit code
 * tells how it went.
 */
export async function runAndReport(
  options: RunOptions,
  run: (context: RunContext) => Promise<RunResult>,
  print: (store: Store, result: RunResult, isUseless: boolean) => Promise<void> = report,
): Promise<void> {
  const observer = await chooseDisplay()
  const interrupt = interruptSignal({
    onFirst: () => {
      observer.note('Stopping: what was reported is kept. Once more ends at once.')
    },
    onSecond: () => {
      observer.finished()
    },
  })
  let result: RunResult
  try {
    result = await run({ ...options, setup: await setupProgress(), observer, signal: interrupt.signal })
  } catch (error) {
    // Interrupted before there was anything to report: what failed, failed because of that.
    if (!interrupt.signal.aborted) throw error
    process.exitCode = interruptedExitCode
    return
  } finally {
    observer.finished()
    interrupt.release()
  }
  const { problem, progress } = result
  const isUseless = await withStore(options.store, 'read', async (store) => {
    const lacking = result.runner === undefined ? await lackingObjectives(store.db, result.sweep.id) : undefined
    const lacksAll = lacking !== undefined && lacking.completed > 0 && lacking.lacking === lacking.completed
    await print(store, result, lacksAll)
    // Without a table that says so: why the exit code is 1.
    if (lacksAll) process.stderr.write(`${lackingText(lacking) ?? ''}\n`)
    return lacksAll
  })
  if (problem !== undefined) printError(problem, { debug: false })
  const hasFailed = problem !== undefined || progress.failed > 0 || isUseless
  process.exitCode = interrupt.signal.aborted ? interruptedExitCode : hasFailed ? 1 : 0
}

/** Of a search that nobody bounded: it says nothing of how far it is. */
const defaultCap = 100_000

async function report(
  store: Store,
  { sweep, progress, ended, trained, runner, problem }: RunResult,
  isUseless: boolean,
): Promise<void> {
  const { trials, completed, stopped, failed, cancelled } = progress
  if (runner !== undefined) {
    process.stdout.write(
      `${sweep.name} is being run by process ${runner.pid} on ${runner.host}` +
        `${runner.trainsMore ? ', which trains what was added' : ''}. Watch it: swath show ${sweep.name}\n`,
    )
  } else if (!trained && ended === undefined) {
    const state = completed === trials ? 'is complete' : 'has nothing left to run'
    process.stdout.write(`${sweep.name} ${state}: ${completed} of ${trials} trials completed.\n`)
  }
  if (completed > 0 && !isUseless) await printPareto(store, sweep, {})
  const left = trials - completed - stopped
  const say = (text: string) => process.stdout.write(`${text}\n`)
  if (ended !== undefined && problem === undefined) {
    const { cap } = storedSettings(sweep)
    const whole = isPlannedLater(sweep) && cap < defaultCap ? Math.max(cap, trials) : trials
    const of = whole > completed ? ` of ${whole}` : ''
    say(`\n${sweep.name} has ended: ${ended}. ${completed}${of} trials completed.`)
    say(`It goes on when it may: change that in ${sweep.source_path}, and run the file again.`)
  } else if (left > 0) say(`\n${left} of ${trials} trials are left (${failed} failed, ${cancelled} cancelled).`)
  const next = await nextSteps(store, sweep, { left: left > 0 && ended === undefined })
  const width = Math.max(...next.map(([command]) => command.length))
  say('\nNext:')
  for (const [command, what] of next) say(`  ${command.padEnd(width)}  ${colors.dim(what)}`)
}
