import { expect, test } from 'vitest'
import { energyOf, studyPower } from '../../src/inference/energy.ts'

test('the study’s constants: 16 W, 713 g CO2eq a kilowatt-hour', () => {
  expect(energyOf(3600, studyPower)).toEqual({ joules: 57_600, co2eqMg: 11_408 })
})

test('other watts and another grid count', () => {
  expect(energyOf(10, { cpuWatts: 95, ramWatts: 5, gramsPerKwh: 36 })).toEqual({ joules: 1000, co2eqMg: 10 })
})
