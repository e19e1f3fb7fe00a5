import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from '../../printable.ts'
import type { CommandReference } from '../../workers/protocol.ts'
import type { Trial, TrialProgram } from '../program.ts'
import { commandEnvironment } from './environment.ts'
import { CommandError } from './failure.ts'
import { lines } from './lines.ts'
import { CommandLog, LastLines } from './log.ts'
import { expandCommand, wantsArgsFile } from './macros.ts'
import { nearMiss, parseMetrics } from './metrics.ts'
import { startCommand, type RunningCommand } from './process.ts'
import { commandTitle } from './resolve.ts'

/** A command in any language as a trial program. */
export function commandProgram(reference: CommandReference): TrialProgram {
  return {
    async train(trial) {
      const argsFile = join(trial.folder, 'args.json')
      mkdirSync(trial.folder, { recursive: true })
      try {
        if (wantsArgsFile(reference.command)) writeFileSync(argsFile, JSON.stringify(trial.params))
        await run(reference, expandCommand(reference.command, trial.params, argsFile), trial)
      } finally {
        rmSync(argsFile, { force: true })
        removeIfEmpty(trial.folder)
      }
      return undefined
    },
  }
}

async function run(reference: CommandReference, words: readonly string[], trial: Trial): Promise<void> {
  const command = await startCommand(words, { folder: reference.folder, env: commandEnvironment(trial) })
  const end = () => {
    command.end()
  }
  trial.signal.addEventListener('abort', end, { once: true })
  if (trial.signal.aborted) command.end()
  const log = new CommandLog()
  const lastLines = new LastLines()
  try {
    const [{ exitCode, signal }, reading] = await Promise.all([
      command.ended,
      readMetrics(command, trial, log),
      readLog(command, log, lastLines),
    ])
    if (reading.error !== undefined) throw reading.error
    if (reading.isStopped || trial.signal.aborted) return
    if (exitCode !== 0) throw new CommandError(commandTitle(reference), exitCode, signal, lastLines.toString())
    if (reading.reports === 0) {
      log.line('it reported nothing: a line such as {"epoch": 1, "val_loss": 0.3} is a report')
      if (reading.nearMiss !== undefined) log.line(reading.nearMiss)
    }
  } catch (error) {
    command.end()
    await command.ended
    throw error
  } finally {
    trial.signal.removeEventListener('abort', end)
    log.end()
  }
}

interface Reading {
  readonly reports: number
  /** A line that was perhaps meant as a report, and why it is none. */
  readonly nearMiss: string | undefined
  readonly isStopped: boolean
  /** What is wrong with a report. */
  readonly error: Error | undefined
}

/**
 * Reports the metrics among a command's output, each before the next line is read: while a report waits for the disk the
 * command waits too. Ends a command that is told to stop or whose report cannot be kept, and reads on until it has ended:
 * its trial fails after that, so that the next one has the cores to itself.
 */
async function readMetrics(command: RunningCommand, trial: Trial, log: CommandLog): Promise<Reading> {
  let [reports, isStopped] = [0, false]
  let near: string | undefined
  let error: Error | undefined
  for await (const line of lines(command.stdout)) {
    const metrics = parseMetrics(line)
    if (metrics === undefined) {
      log.line(line)
      const flaw = near === undefined && reports === 0 ? nearMiss(line) : undefined
      if (flaw !== undefined) near = `this line ${flaw}: ${printable(line)}`
    }
    if (metrics === undefined || isStopped || error !== undefined) continue
    try {
      isStopped = (await trial.report(metrics.entries, { repeated: metrics.repeated })) === 'stop'
      reports++
    } catch (problem) {
      error = problem as Error
    }
    if (isStopped || error !== undefined) command.end()
  }
  return { reports, nearMiss: near, isStopped, error }
}

async function readLog(command: RunningCommand, log: CommandLog, lastLines: LastLines): Promise<void> {
  for await (const line of lines(command.stderr)) {
    lastLines.add(line)
    log.line(line)
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Its files are for the next attempt.
  }
}
