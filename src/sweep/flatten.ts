import type { ParameterContent } from './schema.ts'
import type { Path } from './source.ts'

/** A parameter of the file, with nested ones as `outer.inner`. */
export interface FlatParameter {
  readonly name: string
  /** Where it stands. */
  readonly path: Path
  readonly content: ParameterContent
}

export function flatten(
  parameters: Readonly<Record<string, ParameterContent>>,
  prefix = '',
  path: Path = ['parameters'],
): FlatParameter[] {
  return Object.entries(parameters).flatMap(([key, content]) => {
    const [name, place] = [`${prefix}${key}`, [...path, key]]
    if (content.parameters === undefined) return [{ name, path: place, content }]
    const inner = flatten(content.parameters, `${name}.`, [...place, 'parameters'])
    // What the outer one depends on, the inner ones do.
    const { when } = content
    if (when === undefined) return inner
    return inner.map((each) => ({ ...each, content: { ...each.content, when: { ...when, ...each.content.when } } }))
  })
}
