import { scrambledSobol } from './sobol.ts'
import { isThere, pointAt, type SearchSpace } from './space.ts'

/**
 * A part of a conditional space. Siblings exclude each other: no parameter exists in two of them, apart from those that all
 * of them have. The root is the whole space; a leaf has no children.
 */
export interface Branch {
  /** The parameters that exist in this branch and in no sibling, by place in the space; one sibling may have none. */
  readonly own: ReadonlySet<number>
  /** How often the space's own distribution is in this branch. */
  readonly probability: number
  readonly children: readonly Branch[]
}

/** The parameters that exist together, by place in the space. */
interface Shape {
  readonly parameters: readonly number[]
  readonly probability: number
}

/** Points from which shapes and their probabilities are estimated. A rarer shape belongs to the branch that owns its parameters. */
const samples = 512

const trees = new WeakMap<SearchSpace, Branch>()

/** Returns the tree of branches: a single leaf if the space has no part that excludes another one. */
export function branchesOf(space: SearchSpace): Branch {
  const tree = trees.get(space) ?? branchOf(space, shapesOf(space))
  trees.set(space, tree)
  return tree
}

/** Returns the leaf that contains points with these parameters; undefined if there is none. */
export function leafWith(branch: Branch, parameters: readonly number[]): Branch | undefined {
  const { children } = branch
  if (children.length === 0) return branch
  const child = children.find(({ own }) => hasOneOf(own, parameters)) ?? children.find(({ own }) => own.size === 0)
  return child && leafWith(child, parameters)
}

function hasOneOf(own: ReadonlySet<number>, parameters: readonly number[]): boolean {
  for (const d of parameters) if (own.has(d)) return true
  return false
}

export function leavesOf(branch: Branch): Branch[] {
  return branch.children.length === 0 ? [branch] : branch.children.flatMap(leavesOf)
}

function shapesOf(space: SearchSpace): Shape[] {
  if (space.parameters.every(({ when }) => when.length === 0)) return []
  const shapes = new Map<string, Shape>()
  for (let k = 0; k < samples; k++) {
    const point = pointAt(space, (d) => scrambledSobol(k, d, 0))
    const parameters = space.parameters.flatMap((parameter, d) => (isThere(parameter, point) ? [d] : []))
    const key = parameters.join()
    shapes.set(key, { parameters, probability: (shapes.get(key)?.probability ?? 0) + 1 / samples })
  }
  return [...shapes.values()]
}

function branchOf(space: SearchSpace, shapes: readonly Shape[]): Branch {
  const [first] = shapes
  const common = (d: number) => shapes.every(({ parameters }) => parameters.includes(d))
  const shared = new Set(first?.parameters.filter(common))
  const rest = shapes.map((shape) => ({ ...shape, parameters: shape.parameters.filter((d) => !shared.has(d)) }))
  const groups = groupsOf(rest)
  const own = new Set(shapes.flatMap(({ parameters }) => parameters))
  const probability = shapes.reduce((sum, shape) => sum + shape.probability, 0)
  const isLeaf = groups.length < 2 || isLadder(space, shared, groups)
  return { own, probability, children: isLeaf ? [] : groups.map((group) => branchOf(space, group)) }
}

/** Joins the shapes that share a parameter, directly or through others. */
function groupsOf(shapes: readonly Shape[]): Shape[][] {
  let groups: Shape[][] = []
  for (const shape of shapes) {
    const isJoined = (group: readonly Shape[]) =>
      group.some(({ parameters }) => parameters.some((d) => shape.parameters.includes(d)))
    const joined = groups.filter(isJoined)
    groups = [...groups.filter((group) => !joined.includes(group)), [...joined.flat(), shape]]
  }
  return groups
}

/**
 * Whether a number adds parameters step by step, as a count of layers adds their widths. Its steps resemble each other, and
 * one density learns from all of them; so they are no alternatives.
 */
function isLadder(space: SearchSpace, shared: ReadonlySet<number>, groups: readonly (readonly Shape[])[]): boolean {
  if (groups.length !== 2 || groups.every(([shape]) => shape?.parameters.length !== 0)) return false
  const askedBy = (places: Iterable<number>) =>
    new Set([...places].flatMap((d) => space.parameters[d]?.when ?? []).map(({ parameter }) => parameter))
  // What the shared parameters ask about holds in all of these shapes, unless it is a number that goes on.
  const [asked, holds] = [askedBy(groups.flat().flatMap(({ parameters }) => parameters)), askedBy(shared)]
  const kinds = space.parameters.filter(({ name }) => asked.has(name))
  return (
    kinds.some(({ kind }) => kind === 'number') && kinds.every(({ kind, name }) => kind === 'number' || holds.has(name))
  )
}
