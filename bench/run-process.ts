import { spawn } from 'node:child_process'

/** Runs a command to its end, timed from its start; BENCH_DEBUG shows what it writes to stderr. */
export function runProcess([program = '', ...args]: readonly string[]): Promise<{ seconds: number; stdout: string }> {
  const started = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', process.env.BENCH_DEBUG ? 'inherit' : 'ignore'] })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve({ seconds: (performance.now() - started) / 1000, stdout })
      else reject(new Error(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}`))
    })
  })
}
