import { expect, test } from 'vitest'

import { sweepFileJsonSchema } from '../../src/sweep/schema.ts'

test('the JSON Schema that editors read is the one that swath checks with (vitest -u writes it)', async () => {
  await expect(`${JSON.stringify(sweepFileJsonSchema(), null, 2)}\n`).toMatchFileSnapshot('../../sweeps/schema.json')
})
