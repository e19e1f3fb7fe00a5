import { nearest } from '../nearest.ts'
import { printable } from '../printable.ts'
import type { FlatParameter } from './flatten.ts'
import type { Mistake, Path } from './source.ts'
import { conditionOf, namesOf } from './space.ts'

/** What is wrong with the conditions of parameters that are in order themselves. */
export function checkConditions(parameters: readonly FlatParameter[]): Mistake[] {
  const setters = new Map(
    parameters.flatMap((parameter) => namesOf(parameter).map((name) => [name, parameter] as const)),
  )
  const mistakes = parameters.flatMap((parameter) =>
    Object.entries(parameter.content.when ?? {}).flatMap(([name, wanted]) => {
      const path = [...parameter.path, 'when', name]
      const asked = setters.get(name)
      if (asked === undefined) {
        const others = [...setters.keys()].filter((each) => setters.get(each) !== parameter)
        return [unknown(path, name, others)]
      }
      const condition = conditionOf(name, wanted)
      if (!('values' in condition)) {
        if (condition.min <= condition.max) return []
        return [{ path, message: `expected min to be no more than max, got ${condition.min} and ${condition.max}` }]
      }
      return neverTaken(asked, name, condition.values).map((k) => ({
        path: Array.isArray(wanted) ? [...path, k] : path,
        message: `${name} is never ${printable(JSON.stringify(condition.values[k]))}`,
      }))
    }),
  )
  return mistakes.length > 0 ? mistakes : circles(parameters, setters)
}

function unknown(path: Path, name: string, known: readonly string[]): Mistake {
  return {
    path,
    atKey: true,
    message: `there is no parameter ${printable(name)}; did you mean ${nearest(name, known)}?`,
  }
}

/** Which of the values a listed parameter never has. */
function neverTaken({ content }: FlatParameter, name: string, wanted: readonly unknown[]): number[] {
  const { value, values, cases } = content
  const taken = cases?.map((each) => each[name]) ?? values ?? (value === undefined ? undefined : [value])
  if (taken === undefined) return []
  const all = new Set(taken.map((each) => JSON.stringify(each)))
  return [...wanted.keys()].filter((k) => !all.has(JSON.stringify(wanted[k])))
}

/** A parameter whose condition asks, perhaps by way of others, about itself. */
function circles(parameters: readonly FlatParameter[], setters: ReadonlyMap<string, FlatParameter>): Mistake[] {
  const settled = new Set<FlatParameter>()
  const follow = (parameter: FlatParameter, way: readonly FlatParameter[]): Mistake[] => {
    if (settled.has(parameter)) return []
    const start = way.indexOf(parameter)
    if (start >= 0) {
      const names = [...way.slice(start), parameter].map(({ name }) => name)
      settled.add(parameter)
      return [
        { path: [...parameter.path, 'when'], message: `the conditions go round in a circle: ${names.join(' → ')}` },
      ]
    }
    const asked = Object.keys(parameter.content.when ?? {}).flatMap((name) => setters.get(name) ?? [])
    const mistakes = asked.flatMap((next) => follow(next, [...way, parameter]))
    settled.add(parameter)
    return mistakes
  }
  return parameters.flatMap((parameter) => follow(parameter, []))
}
