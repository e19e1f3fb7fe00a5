import { join } from 'node:path'
import { SwathError } from '../errors.ts'
import { pathFrom } from '../path-below.ts'
import { randomStream, shuffle } from '../random/stream.ts'
import { foldersIn, picturesIn } from './picture-folder.ts'

/** A picture file and the number of its class. */
interface Example {
  /** Relative to the data set's folder, with slashes on every system. */
  readonly path: string
  readonly label: number
}

/** The pictures of a data set, in the order of its rows. */
export interface PictureList {
  /** By label: the names of the class folders, 2 before 10. */
  readonly classNames: readonly string[]
  readonly train: readonly Example[]
  readonly test: readonly Example[]
}

/** The test part belongs to the data set, not to a trial. */
const testSeed = 0

/**
 * Lists `train/<class>/…` and `test/<class>/…`; or `<class>/…` alone, of which a tenth of each class, always the same one,
 * is the test part.
 *
 * @throws SwathError('dataset')
 */
export function listPictures(folder: string): PictureList {
  const folders = foldersIn(folder)
  const isParted = folders.includes('train') && folders.includes('test')
  const classNames = isParted ? foldersIn(join(folder, 'train')) : folders
  refuseFewClasses(isParted ? join(folder, 'train') : folder, classNames)
  const examples = (part: string, className: string): Example[] =>
    picturesIn(pathFrom(pathFrom(folder, part), className)).map((file) => ({
      path: [...(part === '' ? [] : [part]), className, file].join('/'),
      label: classNames.indexOf(className),
    }))

  if (isParted) {
    const tested = foldersIn(join(folder, 'test'))
    if (tested.length === 0) throw withoutClasses(join(folder, 'test'))
    for (const className of tested) refuseUnknownClass(pathFrom(join(folder, 'test'), className), className, classNames)
    const part = (name: string, classes: readonly string[]) => mixed(classes.flatMap((each) => examples(name, each)))
    return { classNames, train: part('train', classNames), test: part('test', tested) }
  }

  const classes = classNames.map((className) => shuffled(examples('', className), `test ${className}`))
  const test = mixed(classes.flatMap((each) => each.slice(0, tenth(each.length))))
  if (test.length === 0) {
    throw new SwathError('dataset', `${folder}: expected two pictures of a class at least: one is to test with`)
  }
  return { classNames, train: mixed(classes.flatMap((each) => each.slice(tenth(each.length)))), test }
}

/** One at least, as long as one is left to train on. */
function tenth(count: number): number {
  return count < 2 ? 0 : Math.max(1, Math.floor(count / 10))
}

/** Classes one after the other would leave a `limit` with the first of them. */
function mixed(examples: readonly Example[]): Example[] {
  return shuffled(examples, 'rows')
}

function shuffled(examples: readonly Example[], purpose: string): Example[] {
  const order = shuffle(
    Int32Array.from(examples, (_, i) => i),
    randomStream(testSeed, purpose),
  )
  return Array.from(order, (i) => examples[i]).filter((example) => example !== undefined)
}

function refuseFewClasses(folder: string, classNames: readonly string[]): void {
  if (classNames.length >= 2) return
  const [only] = classNames
  if (only === undefined) throw withoutClasses(folder)
  throw new SwathError('dataset', `${folder}: expected two classes at least, found only ${only}`, { hint: layoutHint })
}

function refuseUnknownClass(folder: string, className: string, classNames: readonly string[]): void {
  if (classNames.includes(className)) return
  throw new SwathError('dataset', `${folder}: there is no class ${className} to train on`, {
    hint: `put pictures of it in train/${className}, or take it out of test`,
  })
}

function withoutClasses(folder: string): SwathError {
  return new SwathError('dataset', `${folder}: expected a folder of pictures for each class, or four IDX files`, {
    hint: layoutHint,
  })
}

const layoutHint =
  'a data set of pictures is <class>/picture.png, or train/<class>/picture.png and test/<class>/picture.png'
