import { expect, test } from 'vitest'

import { usesTensorFlow } from '../../src/programs/uses-tensorflow.ts'
import { readVersion } from '../../src/programs/version.ts'
import { workFolder } from '../end-to-end/swath.ts'

const plain = 'export default { async train({ params, report }) { await report({ epoch: 1, score: params.x }) } }'

test.each([
  ['takes no TensorFlow', { 'own.mjs': plain }, false],
  ['reads `tf` from its trial', { 'own.mjs': plain.replace('report }', 'report, tf }') }, true],
  [
    'has a model',
    { 'own.mjs': plain.replace('async train', 'model(lib, params) { return lib.sequential() }, async train') },
    true,
  ],
  [
    'imports a file that uses `tf`',
    { 'own.mjs': `import './net.mjs'\n${plain}`, 'net.mjs': 'export const net = (trial) => trial.tf.ones([1])' },
    true,
  ],
])('a module that %s', (_, files, uses) => {
  const folder = workFolder(files)
  const program = { module: `${folder}/own.mjs` }
  expect(usesTensorFlow(program, readVersion(program, { folder, send: [] }))).toBe(uses)
})

test('built-in programs use TensorFlow, commands do not', () => {
  expect(usesTensorFlow({ builtin: 'mlp' }, undefined)).toBe(true)
  const command = { command: ['python3', 'tf.py'], folder: '/', script: null, sources: [] }
  expect(usesTensorFlow(command, undefined)).toBe(false)
})
