import { join } from 'node:path'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { runProcess } from '../run-process.ts'
import { runSweep } from '../run-sweep.ts'
import { printStudy, printStudyGoals, type NetworkResult } from './report.ts'
import { mean } from './statistics.ts'

interface TrialRow {
  readonly params: string
  /** Also the seed that PyTorch gets; the two draw different numbers from it. */
  readonly repeat: number
  readonly test_accuracy: number
  readonly epoch_seconds: number
}

interface Network {
  /** Widths of hidden layers (`512-512`), or `lenet`. */
  readonly model: string
  readonly epochs: number
}

const seeds = 5

/** The networks of the study that swath grew out of, over several seeds, by swath and by PyTorch. */
export async function benchStudy({ quick }: { quick: boolean }): Promise<void> {
  const python = await peersPython()
  const { imagesPath, labelsPath } = await prepareDataset({ name: 'mnist' })
  const machine = describeMachine(python)
  const repeat = quick ? 2 : seeds
  const smallest = 'parameters.network.cases=[{ model: mlp, hidden: [128], epochs: 1 }]'
  const { seconds, rows } = await runSweep(
    join(import.meta.dirname, '..', '..', 'sweeps', 'seed-models.yaml'),
    [`repeat=${repeat}`, ...(quick ? [smallest] : [])],
    'select params, repeat, test_accuracy, epoch_seconds from results order by number',
  )
  console.log(`swath: ${rows.length} trials in ${seconds.toFixed(0)} s`)

  const own = (rows as unknown as TrialRow[]).map((row) => ({ ...row, ...networkOf(row.params) }))
  // The longest first, so that no core waits for one at the end.
  const asked = own.map(({ model, epochs, repeat }) => ({ model, epochs, seed: repeat })).reverse()
  const script = join(import.meta.dirname, '..', 'peers', 'torch_study.py')
  const torch = await runProcess([python, script, imagesPath, labelsPath, JSON.stringify(asked)])
  console.log(`PyTorch: ${asked.length} trials in ${torch.seconds.toFixed(0)} s`)
  const accuracies = (JSON.parse(torch.stdout) as number[]).reverse()

  const networks: NetworkResult[] = []
  for (const { model, epochs } of own.filter(({ repeat }) => repeat === 0)) {
    const isIts = (row: Network) => row.model === model
    networks.push({
      model,
      epochs,
      swath: own.filter(isIts).map((row) => row.test_accuracy),
      torch: accuracies.filter((_, i) => own[i]?.model === model),
      epochSeconds: mean(own.filter(isIts).map((row) => row.epoch_seconds)),
    })
  }
  printStudy(networks)
  const goals = printStudyGoals(networks)
  if (!quick) writeResults('study', { date: new Date().toISOString(), machine, seeds, networks, goals })
}

function networkOf(params: string): Network {
  const { model, hidden, epochs } = JSON.parse(params) as { model: string; hidden?: number[]; epochs: number }
  return { model: hidden?.join('-') ?? model, epochs }
}
