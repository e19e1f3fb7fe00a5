import type { ListedFile } from '../artifacts/shared.ts'
import { counted, firstLines, firstOf } from '../report/enumerate.ts'
import { formatCompact } from '../report/format.ts'
import type { Diagnosis } from '../setup/diagnosis.ts'
import type { LostRuns } from '../store/runs.ts'
import type { Examination } from './examine.ts'

export const repair = 'run `swath doctor --repair`'

/** What was found, a line each. */
export function describeExamination(examination: Examination): Diagnosis[] {
  const { lost, artifacts, strays, missingViews } = examination
  const { count, bytes, isCarried } = artifacts
  return [
    ...lines('Trials', lostLines(lost), 'none was left behind by a process that is gone'),
    ...lines(
      'Checkpoints',
      checkpointLines(examination),
      `${count}, ${isCarried ? 'none cut short' : 'as they were written'} (${formatCompact(bytes)}B)`,
    ),
    ...lines('Files', strayLines(strays), 'none that no checkpoint or trial needs'),
    ...lines(
      'Views',
      missingViews.length === 0 ? [] : [{ detail: `not there: ${firstOf(missingViews)}`, advice: repair }],
      'all there',
    ),
  ]
}

type Line = Pick<Diagnosis, 'detail' | 'advice'>

function lines(name: string, problems: readonly Line[], otherwise: string): Diagnosis[] {
  if (problems.length === 0) return [{ name, status: 'ok', detail: otherwise }]
  return problems.map((line) => ({ name, status: 'problem', ...line }))
}

function lostLines({ trials, attempts, coordinators }: LostRuns): Line[] {
  const named = (all: LostRuns['trials']) =>
    firstOf(all.map(({ trialId, attempt }) => `${trialId} (attempt ${attempt})`))
  const processes = coordinators.map(({ host, pid }) => `${pid} on ${host}`)
  return [
    {
      detail: `left running by processes that are gone: ${named(trials)}`,
      advice: `\`swath resume\` takes them up again; ${repair} to put them back in the queue`,
      isThere: trials.length > 0,
    },
    { detail: `attempts that never ended: ${named(attempts)}`, advice: repair, isThere: attempts.length > 0 },
    {
      detail: `noted as running a sweep, but gone: process ${firstOf(processes)}`,
      advice: `\`swath resume\` takes the sweep over; ${repair} to forget it`,
      isThere: coordinators.length > 0,
    },
  ].flatMap(({ isThere, ...line }) => (isThere ? [line] : []))
}

function checkpointLines({ artifacts, isFolderGone, flawed }: Examination): Line[] {
  if (isFolderGone) {
    if (artifacts.isCarried) {
      const detail = `there is nothing in ${artifacts.location}, where ${counted(artifacts.count, 'checkpoint')} should be`
      return [{ detail, advice: 'put them back from a backup' }]
    }
    const detail = `${artifacts.location} is not there, and with it ${counted(artifacts.count, 'checkpoint')}`
    return [{ detail, advice: `put it back; if it is lost, make an empty folder of this name and ${repair}` }]
  }
  const told = flawed.map(({ row, flaw }) => `trial ${row.trial_id}: ${row.name} ${flaw}`)
  const advice = `put it back from a backup; ${repair} to have the trial do without it`
  return firstLines(told).map((detail) => ({ detail, advice }))
}

function strayLines(strays: readonly ListedFile[]): Line[] {
  if (strays.length === 0) return []
  const bytes = strays.reduce((sum, stray) => sum + stray.bytes, 0)
  const names = firstOf(strays.map(({ name }) => name))
  return [
    {
      detail: `${counted(strays.length, 'file')} that nothing names (${formatCompact(bytes)}B): ${names}`,
      advice: '`swath gc` removes them',
    },
  ]
}
