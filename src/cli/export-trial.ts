import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { TrialDatasets } from '../datasets/of-trial.ts'
import { messageOf, SwathError } from '../errors.ts'
import { asSafetensors, asTfjs, type ExportedFile, type ModelCard } from '../inference/export-model.ts'
import { openModel } from '../inference/open-model.ts'
import { findTrainedTrial, type TrainedTrial } from '../inference/trained-trial.ts'
import { pathBelow } from '../path-below.ts'
import { formatCompact } from '../report/format.ts'
import type { Store } from '../store/store.ts'
import { metricsOf } from '../store/trials.ts'
import { writeFlushed } from '../write-flushed.ts'
import { trialId } from './trial-id.ts'
import type { TrialTools } from './with-trials.ts'

/** Writes a trained model where it was asked for, as a whole or not at all; never over something that is there. */
export async function exportTrial(
  { store, artifacts, loadTensorFlow }: TrialTools,
  options: {
    readonly trial: string
    readonly format: 'tfjs' | 'safetensors'
    readonly out: string | undefined
    readonly json: boolean | undefined
  },
): Promise<void> {
  const { format } = options
  const id = trialId(options.trial)
  const out = options.out ?? (format === 'tfjs' ? `trial-${id}-tfjs` : `trial-${id}.safetensors`)
  if (existsSync(out)) {
    throw new SwathError('usage', `${out} is there already`, { hint: 'remove it, or name another place with --out' })
  }
  const trained = await findTrainedTrial(store, artifacts, id)
  const card = await cardOf(store, trained)
  let files: readonly ExportedFile[]
  if (format === 'tfjs') {
    const tf = await loadTensorFlow(1)
    const opened = await openModel(tf, trained)
    files = await asTfjs(tf, opened, card)
    opened.model.dispose()
  } else files = [{ name: '', parts: asSafetensors(trained.checkpoint, card) }]

  const aside = `${resolve(out)}.${randomUUID()}`
  try {
    mkdirSync(format === 'tfjs' ? aside : dirname(aside), { recursive: true })
    for (const { name, parts } of files) writeFlushed(name === '' ? aside : pathBelow(aside, name), parts)
    renameSync(aside, out)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    throw new SwathError('artifact', `${out} can't be written: ${messageOf(error)}`, { cause: error })
  }
  const bytes = files.flatMap(({ parts }) => parts).reduce((sum, part) => sum + part.byteLength, 0)
  if (options.json === true) process.stdout.write(`${JSON.stringify({ trial: id, format, path: out, bytes })}\n`)
  else process.stdout.write(`Trial ${id} as ${format}: ${out} (${formatCompact(bytes)}B)\n`)
}

async function cardOf(store: Store, { trial, sweep, params, settings, checkpoint }: TrainedTrial): Promise<ModelCard> {
  const tested = (await metricsOf(store.db, trial.id)).findLast(({ name }) => name === 'test_accuracy')
  const { images } = checkpoint
  const dataset = images && (await new TrialDatasets(settings.dataset).of(params).catch(() => undefined))
  return {
    ...{ trial: trial.id, sweep: sweep.name, program: sweep.program, params, testAccuracy: tested?.value ?? null },
    ...(images && {
      images: {
        ...{ height: images.height, width: images.width, channels: images.channels },
        classNames: dataset?.classNames ?? Array.from({ length: images.classes }, (_, label) => String(label)),
      },
    }),
  }
}
