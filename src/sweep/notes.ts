import { printable } from '../printable.ts'
import { flatten } from './flatten.ts'
import { serverKeys, type SweepFileContent } from './schema.ts'

/** What a file says that means less here, or something else, than its author may think: a line each. */
export function notesOf(written: SweepFileContent, name: string): string[] {
  const theirs = serverKeys.filter((key) => written[key] !== undefined)
  const whole = flatten(written.parameters)
    .filter(({ content: { distribution, min, max } }) => distribution === undefined && min === 0 && max === 1)
    .map((parameter) => parameter.name)
  return [
    ...(theirs.length === 0
      ? []
      : [`${theirs.join(', ')}: only W&B’s server needs ${theirs.length > 1 ? 'them' : 'it'}; ignored here.`]),
    ...(written.name === undefined || written.name === name
      ? []
      : [`name: "${printable(written.name)}" is ${name} here, as names of sweeps have no such letters.`]),
    ...(written.method === 'grid' ? [] : whole.map(describeWhole)),
  ]
}

function describeWhole(name: string): string {
  return `${name}: from 0 to 1 are two whole numbers, as W&B reads it; 1.0 makes it all between.`
}
