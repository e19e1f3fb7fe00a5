import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { SwathError } from '../../../src/errors.ts'
import { commandTitle, resolveCommand } from '../../../src/programs/command/resolve.ts'
import { programSha256 } from '../../../src/programs/reference.ts'
import { readSweep } from '../../../src/sweep/read.ts'
import { SweepSource } from '../../../src/sweep/source.ts'
import { temporaryFolder } from '../../store/temporary-store.ts'

/** The command of a sweep file with these keys, beside files of these texts; a name that ends in * is executable. */
function resolved(keys: string, files: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name.replace('*', ''))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    if (name.endsWith('*')) chmodSync(path, 0o755)
  }
  const text = `${keys}\nmethod: grid\nparameters: { a: { value: 1 } }\n`
  const reference = resolveCommand(readSweep(new SweepSource(join(folder, 'x.yaml'), text)))
  return { folder, reference, title: commandTitle(reference) }
}

test.each([
  ['train.py', ['python3', 'train.py'], 'print(1)'],
  ['train.sh', ['sh', 'train.sh'], ''],
  ['tools/train', ['python3', 'tools/train'], 'print(1)'],
  ['train', ['/bin/sh', '-eu', 'train'], '#! /bin/sh -eu\n'],
  ['train*', ['./train'], '#!/bin/sh\n'],
  ['tools/train*', ['tools/train'], '#!/bin/sh\n'],
])('the program %s is started as %j', (name, words, text) => {
  const program = name.replace('*', '')
  const { folder, reference } = resolved(`program: ${program}`, { [name]: text })
  expect(reference).toEqual({
    command: ['/usr/bin/env', ...words, '${args}'],
    ...{ folder, script: join(folder, program), sources: [join(folder, program)] },
  })
})

test('a command is taken as it is written, with the macros that are the same in every trial replaced', () => {
  const keys = 'program: train.py\ncommand: ["${env}", "${interpreter}", -u, "${program}", 3, true, "${args_json}"]'
  const { reference, title } = resolved(keys, { 'train.py': '' })
  expect(reference.command).toEqual(['/usr/bin/env', 'python3', '-u', 'train.py', '3', 'true', '${args_json}'])
  expect(title).toBe('python3 -u train.py 3 true')
})

test('without a program, the first word that names a file is what the sweep is known by', () => {
  const { folder, reference } = resolved('command: [sh, -e, train, data.csv, "${args}"]', {
    train: 'a',
    'data.csv': '',
  })
  expect(reference.script).toBe(join(folder, 'train'))
  expect(programSha256(reference)).toMatch(/^[0-9a-f]{64}$/)
  const { reference: other } = resolved('command: [sh, -e, train, data.csv, "${args}"]', { train: 'b', 'data.csv': '' })
  expect(programSha256(other)).not.toBe(programSha256(reference))
  expect(programSha256(resolved('command: [sh, -c, "exit 0"]').reference)).toBeNull()
})

test('an interpreter with its whole path is not what a sweep is known by', () => {
  const { folder, reference } = resolved('command: [/usr/bin/env, /bin/sh, train.sh]', { 'train.sh': '' })
  expect(reference.script).toBe(join(folder, 'train.sh'))
})

test.each([
  ['program: ./none.py', '1:10: program: there is no file .*none.py'],
  ['command: [no-such-command, x]', '1:11: command.0: there is no command no-such-command in the PATH'],
  ['command: [./none, x]', '1:11: command.0: there is no command .*/none'],
  ['command: [./there, x]', '1:11: command.0: .*/there is not executable'],
  ['command: ["${env}", no-such-command]', '1:21: command.1: there is no command no-such-command in the PATH'],
  ['command: [""]', '1:11: command.0: there is no command'],
  ['command: [sh, "${arg}"]', '1:15: command.1: there is no macro \\${arg}; did you mean \\${args}\\?'],
  ['command: [sh, "${program}"]', '1:15: command.1: \\${program} stands for the key `program`, and the file has none'],
  ['command: [sh, "x${envvar:NO_SUCH}"]', '1:15: command.1: .*the environment variable NO_SUCH is not set'],
  ['command: [sh, ${args}]', '1:16: a macro in a list in brackets needs quotes: "\\${args}"'],
  ['command: []', '1:10: command: the list is empty'],
  ['command: sh train.sh', '1:10: command: expected a list, got the text "sh train.sh"'],
  ['command: [sh, { a: 1 }]', '1:15: command.1: got a mapping'],
  ['name: x', 'program: missing: expected a program, or a command'],
])('%s is refused with its place in the file', (keys, message) => {
  let error: unknown
  try {
    resolved(keys, { there: '' })
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(SwathError)
  expect(error).toMatchObject({ code: 'sweep-file', message: expect.stringMatching(new RegExp(message)) as string })
})
