import fc from 'fast-check'

const parts = [
  '..',
  '.',
  '',
  '/',
  '\\',
  'C:',
  'c:',
  '\0',
  '@x',
  '~',
  'a',
  'trial-1',
  '%2e%2e',
  '\u202e',
  '\u001b[2J',
  '￼',
  '-',
]

/** Names as an attacker would choose them: traversal, drives, NUL, controls, and any other text. */
export const hostileName = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom(...parts), fc.constantFrom('', '/', '\\', '//')), { maxLength: 6 })
    .map((some) => some.flat().join('')),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
)
