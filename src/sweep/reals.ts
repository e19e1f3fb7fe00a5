import type { ParameterContent } from './schema.ts'
import type { Path, SweepSource } from './source.ts'

type ParametersContent = Readonly<Record<string, ParameterContent>>

/** As W&B reads it, `min: 0, max: 1.0` are the real numbers between, and `min: 0, max: 1` two whole ones. */
export function withReals(
  source: SweepSource,
  parameters: ParametersContent,
  path: Path = ['parameters'],
): ParametersContent {
  const read = (content: ParameterContent, place: Path): ParameterContent => {
    const { distribution, min, max, parameters: inner } = content
    if (inner !== undefined) return { ...content, parameters: withReals(source, inner, [...place, 'parameters']) }
    const areWhole = distribution === undefined && Number.isInteger(min) && Number.isInteger(max)
    const isReal = areWhole && ['min', 'max'].some((key) => source.hasPoint([...place, key]))
    return isReal ? { ...content, distribution: 'uniform' } : content
  }
  return Object.fromEntries(Object.entries(parameters).map(([name, content]) => [name, read(content, [...path, name])]))
}
