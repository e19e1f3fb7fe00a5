import { printable } from '../printable.ts'
import { flatten } from './flatten.ts'
import { sweepNameOf } from './name.ts'
import { serverKeys, type SweepFileContent } from './schema.ts'

/** What a file says that means less here, or something else, than its author may think: a line each. */
export function notesOf(written: SweepFileContent & { readonly name: string }): string[] {
  const name = sweepNameOf(written.name)
  const theirs = serverKeys.filter((key) => written[key] !== undefined)
  const whole = flatten(written.parameters)
    .filter(({ content: { distribution, min, max } }) => distribution === undefined && min === 0 && max === 1)
    .map((parameter) => parameter.name)
  return [
    ...(theirs.length === 0
      ? []
      : [`${theirs.join(', ')}: only W&B’s server needs ${theirs.length > 1 ? 'them' : 'it'}; ignored here.`]),
    ...(written.name === name
      ? []
      : [
          `The sweep "${printable(written.name)}" is ${name} here: the name of a sweep has letters, digits, ".", "_" and "-".`,
        ]),
    ...(written.method === 'grid' ? [] : whole.map(describeWhole)),
  ]
}

function describeWhole(name: string): string {
  return `${name}: from 0 to 1 are two whole numbers, as W&B reads it; 1.0 makes it all between.`
}
