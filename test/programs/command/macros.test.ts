import { expect, test } from 'vitest'
import { expandCommand, expandEnvironment } from '../../../src/programs/command/macros.ts'

const params = { lr: 0.001, name: 'two words', flag: true, off: false, none: null, hidden: [512, 256] }

test.each([
  ['${args}', ['--lr=0.001', '--name=two words', '--flag=True', '--off=False', '--none=None', '--hidden=[512,256]']],
  ['${args_no_boolean_flags}', ['--lr=0.001', '--name=two words', '--flag', '--none=None', '--hidden=[512,256]']],
  ['${args_no_hyphens}', ['lr=0.001', 'name=two words', 'flag=True', 'off=False', 'none=None', 'hidden=[512,256]']],
  ['${args_json}', [JSON.stringify(params)]],
  ['${args_json_file}', ['/trial/args.json']],
])('%s stands for the parameters as W&B writes them', (macro, words) => {
  expect(expandCommand(['python3', macro, '-v'], params, '/trial/args.json')).toEqual(['python3', ...words, '-v'])
})

test('a macro inside a word is text, but for an environment variable', () => {
  const words = ['sh', '-c', 'echo ${args} ${HOME}', '--data=${envvar:HOME}/data', '${envvar:HOME}']
  expect(expandCommand(words, {}, '')).toEqual([
    ...['sh', '-c', 'echo ${args} ${HOME}'],
    ...[`--data=${process.env.HOME ?? ''}/data`, process.env.HOME],
  ])
})

test('what a parameter holds is not expanded', () => {
  expect(expandCommand(['${args}'], { text: '${envvar:HOME}' }, '')).toEqual(['--text=${envvar:HOME}'])
})

test('an environment variable that is not set is named', () => {
  expect(() => expandEnvironment('a${envvar:NO_SUCH}', {})).toThrow('the environment variable NO_SUCH is not set')
})
