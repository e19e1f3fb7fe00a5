/** What a machine draws, and what its electricity costs the climate. */
export interface PowerSettings {
  /** Watts of the processor while it works. */
  readonly cpuWatts: number
  /** Watts of its memory. */
  readonly ramWatts: number
  /** Grams of CO2 equivalent that a kilowatt-hour costs where the machine stands. */
  readonly gramsPerKwh: number
}

/** The constants of the study that swath grew out of: a laptop, on India's grid. */
export const studyPower: PowerSettings = { cpuWatts: 13, ramWatts: 3, gramsPerKwh: 713 }

export interface Energy {
  readonly joules: number
  /** Milligrams of CO2 equivalent. */
  readonly co2eqMg: number
}

/** (CPU + RAM) watts × seconds, and what that much electricity emits. */
export function energyOf(seconds: number, { cpuWatts, ramWatts, gramsPerKwh }: PowerSettings): Energy {
  const joules = (cpuWatts + ramWatts) * seconds
  return { joules, co2eqMg: (joules / 3.6e6) * gramsPerKwh * 1000 }
}
