import { stripVTControlCharacters } from 'node:util'

import type { Parameters } from '../programs/program.ts'
import type { AttemptRow } from '../store/schema.ts'

/** What is stored of a failed attempt. */
export type FailureText = Pick<AttemptRow, 'error' | 'stack' | 'exit_code' | 'signal'>

/** The line of a traceback that names the error: `ValueError: bad width`, `torch.OutOfMemoryError: …`, `sh: 1: x: not found`. */
const errorLine =
  /^\s*(?:[\w.]+(?:Error|Exception|Exit|Interrupt|Warning)\b|Error\b|\w*[Ee]rror:|[\w./-]+: (?:line )?\d+: )/

/** Returns the failure in one line: the message, and for a command the error that its stderr names. */
export function failureHeadline(failure: FailureText): string {
  const [message = ''] = (failure.error ?? '').split('\n')
  const line = isCommand(failure) ? lastErrorLine(failure.stack ?? '') : ''
  return line === '' ? message : `${message}: ${line}`
}

/**
 * Returns a text that is equal for two failures of the same kind. Numbers, paths, addresses and the values of the trial's
 * own parameters are left out: they differ from trial to trial.
 */
export function failureSignature(failure: FailureText, params: Parameters): string {
  const { exit_code, signal, error, stack } = failure
  const [message = ''] = (error ?? '').split('\n')
  const line = isCommand(failure) ? lastErrorLine(stack ?? '') : ''
  return [exit_code ?? '', signal ?? '', line === '' ? normalized(message, params) : normalized(line, params)].join(
    ' | ',
  )
}

function isCommand({ exit_code, signal }: FailureText): boolean {
  return exit_code !== null || signal !== null
}

function lastErrorLine(stderr: string): string {
  const lines = stripVTControlCharacters(stderr)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return lines.findLast((line) => errorLine.test(line)) ?? lines.at(-1) ?? ''
}

/** A shorter value, such as `a`, is a word of many messages. */
const shortestValue = 2

/** Returns a message without what tells one trial's from another's. Also used to compare tracebacks. */
export function normalized(text: string, params: Parameters = {}): string {
  const values = Object.values(params)
    .flat()
    .filter((value) => typeof value === 'string' && value.length >= shortestValue)
    .map(String)
    // A value that contains another one is replaced as a whole.
    .sort((a, b) => b.length - a.length)
  let rest = stripVTControlCharacters(text)
  for (const value of values) rest = rest.replaceAll(wordPattern(value), '<value>')
  return (
    rest
      .replaceAll(/\b(?:True|False|None|true|false|null)\b/g, '<value>')
      .replaceAll(/(?:file:\/\/|[A-Za-z]:)?(?:[\\/][^\s'"`:,;()[\]<>]+)+/g, '<path>')
      .replaceAll(/\b(?:0x[0-9a-f]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|nan|inf(?:inity)?)\b/gi, '#')
      .replaceAll(/[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?/gi, '#')
      // A shape or a list may be longer in one trial than in another.
      .replaceAll(/#(?:[\s,x×]+#)+,?/g, '#')
      .replaceAll(/\s+/g, ' ')
      .trim()
  )
}

function wordPattern(value: string): RegExp {
  const escaped = value.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}_])${escaped}(?![\\p{L}\\p{N}_])`, 'gu')
}
