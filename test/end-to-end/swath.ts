import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

import { onTestFinished } from 'vitest'

import { temporaryFolder } from '../store/temporary-store.ts'

const command = resolve('bin/swath.js')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A running `swath`, started in a folder of its own as a user would. */
export class Swath {
  readonly child: ChildProcess
  readonly finished: Promise<Finished>
  #stderr = ''
  readonly #waiting: { pattern: RegExp; resolve: (line: string) => void; reject: (error: Error) => void }[] = []

  constructor(args: readonly string[], folder: string, entry = command, environment: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, NO_COLOR: '1', SWATH_STORE: '', ...environment }
    if (env.SWATH_STORE === '') delete (env as NodeJS.ProcessEnv).SWATH_STORE
    const child = spawn(process.execPath, [entry, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    this.child = child
    let stdout = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    createInterface(child.stderr).on('line', (line) => {
      this.#stderr += `${line}\n`
      for (const waiter of this.#waiting) if (waiter.pattern.test(line)) waiter.resolve(line)
    })
    this.finished = new Promise((done) => {
      child.on('close', (code) => {
        for (const { pattern, reject } of this.#waiting)
          reject(new Error(`it ended before it said ${pattern}:\n${this.#stderr}`))
        done({ code, stdout, stderr: this.#stderr })
      })
    })
    onTestFinished(() => {
      child.kill('SIGKILL')
    })
  }

  /** Resolves when a line of stderr says it. */
  async says(pattern: RegExp): Promise<void> {
    await this.line(pattern)
  }

  /** Resolves with the first line of stderr that matches. */
  line(pattern: RegExp): Promise<string> {
    const said = this.#stderr.split('\n').find((line) => pattern.test(line))
    if (said !== undefined) return Promise.resolve(said)
    return new Promise((resolve, reject) => this.#waiting.push({ pattern, resolve, reject }))
  }
}

/** An empty folder to work in, with these files. */
export function workFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder()
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

export function swath(args: readonly string[], folder: string): Promise<Finished> {
  return new Swath(args, folder).finished
}

/** The rows that a query gives, through the command itself. */
export async function ask<Row>(query: string, folder: string): Promise<Row[]> {
  const { code, stdout, stderr } = await swath(['sql', query, '--json'], folder)
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Row[]
}

/** A sweep of `mlp` that trains in about a second: four small networks on a part of MNIST. */
export const smallSweep = `name: small
program: mlp
method: grid
dataset: { name: mnist, limit: 3000 }
parameters:
  depth: { values: [1, 2] }
  width: { values: [16, 32] }
  epochs: { value: 2 }
`
