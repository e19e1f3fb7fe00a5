import { usingArtifacts } from '../../artifacts/open-shared.ts'
import type { SharedArtifacts } from '../../artifacts/shared.ts'
import { picturePixels } from '../../datasets/picture.ts'
import { messageOf, SwathError } from '../../errors.ts'
import { readImage } from '../../images/read-image.ts'
import { evaluate } from '../../inference/evaluate.ts'
import { loadForInference } from '../../inference/load.ts'
import { openTrial, type OpenTrial } from '../../inference/open-trial.ts'
import { predict } from '../../inference/predict.ts'
import { gainedAndLost, recognizedByClass, teach, type Knowledge } from '../../inference/teach.ts'
import { findTrainedTrial } from '../../inference/trained-trial.ts'
import { layerCosts } from '../../models/flops.ts'
import { checkpointOf } from '../../store/artifacts.ts'
import { withStore } from '../../store/open.ts'
import type { Store } from '../../store/store.ts'
import { storeVariable, type ModelAnswer, type ModelRequest, type ModelTasks, type SentPicture } from './protocol.ts'

interface Tools {
  readonly store: Store
  readonly artifacts: SharedArtifacts
}

/** Models that are kept open: two that are compared, and those that came of teaching them. */
const mostOpen = 4
const open = new Map<number, OpenTrial & { readonly sha256: string }>()
const silent = { phase: () => undefined, done: () => undefined }
const loadTensorFlow = () => loadForInference(1, silent)

async function opened({ store, artifacts }: Tools, trial: number): Promise<OpenTrial> {
  const known = open.get(trial)
  if (known !== undefined) {
    open.delete(trial)
    // A trial that was trained on has other weights by now, one that was deleted has none.
    if ((await checkpointOf(store.db, trial))?.sha256 === known.sha256) {
      // The one that was used last is the last to go.
      open.set(trial, known)
      return known
    }
    known.classifier.dispose()
  }
  const trained = await findTrainedTrial(store, artifacts, trial)
  const made = { ...(await openTrial(await loadTensorFlow(), trained)), sha256: trained.artifact.sha256 }
  open.set(trial, made)
  for (const [oldest, { classifier }] of open) {
    if (open.size <= mostOpen) break
    classifier.dispose()
    open.delete(oldest)
  }
  return made
}

const tasks: {
  [Kind in keyof ModelTasks]: (tools: Tools, task: ModelTasks[Kind]['task']) => Promise<ModelTasks[Kind]['result']>
} = {
  async predict(tools, { trial, picture }) {
    const { classifier, dataset } = await opened(tools, trial)
    const image = await readImage(picture.bytes, { name: 'the picture' })
    const pixels = await picturePixels(image, dataset, optionsOf(picture))
    const began = performance.now()
    const { label, confidence, probabilities } = predict(classifier, pixels)
    const ms = performance.now() - began
    const { classNames, height, width, channels } = dataset
    return {
      ...{ label: classNames[label] ?? String(label), confidence, ms },
      classes: probabilities.map((probability, k) => ({ name: classNames[k] ?? String(k), probability })),
      seen: { height, width, levels: Array.from({ length: height * width }, (_, i) => pixels[i * channels] ?? 0) },
    }
  },
  async retrain(tools, { trial, picture, label, anchor, steps }) {
    const trained = await findTrainedTrial(tools.store, tools.artifacts, trial)
    const pictures = [{ path: 'drawn on the page', image: await readImage(picture.bytes, { name: 'the picture' }) }]
    const lesson = { pictures, label, anchor, steps, learningRate: undefined, ...optionsOf(picture) }
    const taught = await teach(tools, loadTensorFlow, trained, lesson)
    const summary = ({ predictions: [first], evaluation }: Knowledge) => ({
      label: taught.classNames[first?.label ?? -1] ?? '',
      confidence: first?.confidence ?? 0,
      testAccuracy: evaluation.accuracy,
      correct: evaluation.correct,
    })
    return {
      ...{ trial: taught.trialId, sweep: taught.sweep, parent: trial },
      ...{ before: summary(taught.before), after: summary(taught.after) },
      classes: recognizedByClass(taught).map(({ name, before, after }) => ({ name, before, after })),
      ...gainedAndLost(taught),
      testImages: taught.after.evaluation.images,
    }
  },
  async layers(tools, { trial }) {
    return layerCosts((await opened(tools, trial)).classifier.model)
  },
  async confusion(tools, { trial }) {
    const { classifier, dataset } = await opened(tools, trial)
    const { confusion, accuracy } = await evaluate(classifier, dataset)
    return { classNames: dataset.classNames, confusion, accuracy }
  },
}

function optionsOf({ digit, background }: SentPicture) {
  return { digit, background, name: 'the picture' }
}

async function answer(tools: Tools, { id, kind, task }: ModelRequest): Promise<ModelAnswer> {
  try {
    return { id, result: await tasks[kind](tools, task as never) }
  } catch (error) {
    const { code, hint } = error instanceof SwathError ? error : { code: undefined, hint: undefined }
    return { id, error: { code, message: messageOf(error), hint } }
  }
}

process.on('disconnect', () => process.exit(0))
await withStore(process.env[storeVariable] ?? '', 'change', (store) =>
  usingArtifacts(store, async (artifacts) => {
    let last: Promise<unknown> = Promise.resolve()
    process.on('message', (request: ModelRequest) => {
      last = last.then(async () => process.send?.(await answer({ store, artifacts }, request)))
    })
    await new Promise(() => undefined)
  }),
)
