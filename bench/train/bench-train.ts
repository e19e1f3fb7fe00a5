import { join } from 'node:path'
import { availableCores } from '../../src/tensorflow/cores.ts'
import { prepareDataset } from '../../src/datasets/prepare.ts'
import { describeMachine, writeResults } from '../machine.ts'
import { peersPython } from '../peers/environment.ts'
import { casesOf, contestants, takesPart, type Case, type Framework } from './cases.ts'
import { Contestant } from './contestant.ts'
import { race, type Entrant, type Race } from './race.ts'
import { printRace, printTrainGoals } from './report.ts'
import { userModels } from './user-models.ts'
import { runWorkers } from './workers.ts'

/** Times a training step of every contestant, side by side. */
export async function benchTrain({ quick }: { quick: boolean }): Promise<void> {
  const python = await peersPython()
  const { imagesPath, labelsPath } = await prepareDataset({ name: 'mnist' })
  const core = availableCores().at(-1) ?? 0
  const peer = (script: string) => [python, join(import.meta.dirname, '..', 'peers', script), imagesPath, labelsPath]
  const commands: Readonly<Record<Framework, readonly string[]>> = {
    swath: [process.execPath, '--import', 'tsx', join(import.meta.dirname, 'swath-contestant.ts')],
    torch: peer('torch_contestant.py'),
    keras: peer('keras_contestant.py'),
  }
  // A process each: what one leaves in an allocator would make another quicker than it is alone.
  const entrants = new Map<string, Entrant>()
  const entrant = (framework: Framework, variant: string): Entrant => {
    const name = `${framework} ${variant}`
    const known = entrants.get(name) ?? { name, variant, contestant: new Contestant(commands[framework], core) }
    entrants.set(name, known)
    return known
  }
  try {
    const machine = describeMachine(python)
    console.log(
      Object.entries(machine)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', '),
    )
    const entrantsOf = (each: Case): Entrant[] =>
      (Object.keys(contestants) as Framework[]).flatMap((framework) =>
        contestants[framework]
          .filter((variant) => takesPart(framework, variant, each))
          .map((variant) => entrant(framework, variant)),
      )
    const rounds = quick ? 3 : 7
    const cases: { case: Case; times: Race }[] = []
    for (const each of casesOf(quick)) {
      const times = await race(entrantsOf(each), each, rounds)
      printRace(`${each.model}, batch ${each.batch}`, times)
      cases.push({ case: each, times })
    }

    const users: { model: string; times: Race }[] = []
    for (const model of Object.keys(userModels).slice(0, quick ? 2 : Infinity)) {
      const times = await race([entrant('swath', 'float32'), entrant('swath', 'fit')], { model, batch: 64 }, rounds)
      printRace(`a user's model: ${model}`, times)
      users.push({ model, times })
    }
    const recorded = await race(
      [entrant('swath', 'float32'), entrant('swath', 'handwritten')],
      { model: '512', batch: 64 },
      2 * rounds,
    )
    printRace('recorded beside written by hand: 512, batch 64', recorded)

    const accuracies: Record<string, number | string> = {}
    console.log('\nTest accuracy after one epoch, 784-512-10, batch 64\n')
    for (const { name, contestant, variant } of entrantsOf({ model: '512', batch: 64 })) {
      if (variant === 'roofline') continue
      const { accuracy, error } = await contestant.ask({ do: 'accuracy', variant, model: '512', batch: 64, steps: 0 })
      accuracies[name] = accuracy ?? error ?? 'none'
      console.log(
        `  ${name.padEnd(16)} ${accuracy === undefined ? (error ?? '–') : `${(100 * accuracy).toFixed(2)} %`}`,
      )
    }
    for (const { contestant } of entrants.values()) contestant.close()

    const workers = await runWorkers(quick)
    const goals = printTrainGoals({ cases, users, recorded, workers })
    if (!quick)
      writeResults('train', {
        date: new Date().toISOString(),
        machine,
        cases,
        users,
        recorded,
        accuracies,
        workers,
        goals,
      })
  } finally {
    for (const { contestant } of entrants.values()) contestant.close()
  }
}
