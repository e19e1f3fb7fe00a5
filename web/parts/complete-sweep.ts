import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'

/** A part of the JSON Schema of sweep files, as far as completing needs it. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly description?: string
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

const key = /^(\s*)(?:- )?["']?([\w.-]+)["']?\s*:/

/** Completes keys and values of a sweep file from its schema; where a line stands, its indentation says. */
export function completeSweep(schema: JsonSchema) {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[\w.-]*$/)
    if (word === null || (word.from === word.to && !context.explicit)) return null
    const line = context.state.doc.lineAt(context.pos)
    const before = line.text.slice(0, word.from - line.from)
    const inline = /([\w.-]+)\s*:\s*\{[^}]*$/.exec(before)
    const path = [...parents(context, line.number), ...(inline?.[1] === undefined ? [] : [inline[1]])]
    const valueOf = /(?:^|[{,\s])([\w.-]+)\s*:\s*\[?[^\]{}]*$/.exec(
      inline === null ? before : before.slice(before.lastIndexOf('{')),
    )?.[1]
    const options =
      valueOf !== undefined && !/[{,]\s*$/.test(before)
        ? at(schema, [...path, valueOf], schema).flatMap(valuesOf)
        : at(schema, path, schema).flatMap((part) => keysOf(part))
    return options.length === 0 ? null : { from: word.from, options, validFor: /^[\w.-]*$/ }
  }
}

/** The keys that a line is under. */
function parents(context: CompletionContext, lineNumber: number): string[] {
  const { doc } = context.state
  const path: string[] = []
  let indent = /^\s*/.exec(doc.line(lineNumber).text)?.[0].length ?? 0
  for (let number = lineNumber - 1; number >= 1 && indent > 0; number--) {
    const found = key.exec(doc.line(number).text)
    const [, space = '', name = ''] = found ?? []
    if (found === null || space.length >= indent) continue
    path.unshift(name)
    indent = space.length
  }
  return path
}

/** All that the schema says of a place. */
function at(schema: JsonSchema, path: readonly string[], whole: JsonSchema): JsonSchema[] {
  let places = spread(schema, whole)
  for (const name of path) {
    places = places.flatMap(({ properties, additionalProperties }) => {
      const next = properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
      return next === undefined ? [] : spread(next, whole)
    })
  }
  return places
}

function spread(schema: JsonSchema, whole: JsonSchema): JsonSchema[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    const found = whole.$defs?.[name]
    return found === undefined ? [] : spread(found, whole)
  }
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].flatMap((part) => spread(part, whole))]
}

function keysOf({ properties = {} }: JsonSchema) {
  return Object.entries(properties).map(([label, { description }]) => ({
    ...{ label, apply: `${label}: `, type: 'property' },
    ...(description !== undefined && { info: description }),
  }))
}

function valuesOf({ enum: values = [], const: only }: JsonSchema) {
  return [...values, ...(only === undefined ? [] : [only])].map((value) => ({ label: String(value), type: 'enum' }))
}
