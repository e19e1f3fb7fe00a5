import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/**
 * No process of a command outlives swath, however swath ends. Each command leads a process group of its own, and a
 * watchdog outside of it reads a pipe that swath holds open. The command's shell says its group there before it becomes
 * the command; when the pipe ends, whatever is left of the group is killed. swath closes the pipe when the command has
 * ended or has to, and the kernel closes it when swath's thread or process is gone.
 */
const watchdogScript = `trap '' HUP INT TERM; if read -r group; then read -r _; kill -KILL "-$group"; fi`
const commandScript = 'echo $$ >&3 && exec "$@" 3>&-'

/** Less than the pool gives a cancelled trial before it ends its thread. */
const graceMs = 800
/** How long output may be silent that some process keeps open which left the group. */
const silenceMs = 1_000

export interface CommandEnd {
  readonly exitCode: number | null
  readonly signal: string | null
}

type Output = Readable & { readonly bytesRead: number }

export interface RunningCommand {
  readonly stdout: Output
  readonly stderr: Output
  /** Resolves once no process of its group is left. */
  readonly ended: Promise<CommandEnd>
  /** Asks it to end, SIGTERM to the whole group; it is killed if it has not after a moment. */
  end(): void
}

/** Starts a command. Rejects if the system has no process to spare, or `folder` is gone. */
export async function startCommand(
  words: readonly string[],
  { folder, env }: { readonly folder: string; readonly env: NodeJS.ProcessEnv },
): Promise<RunningCommand> {
  const watchdog = spawn('sh', ['-c', watchdogScript], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  await once(watchdog, 'spawn')
  const pipe = watchdog.stdin
  // Where the watchdog was killed there is nobody to tell.
  pipe.on('error', () => undefined)
  const watchdogEnded = once(watchdog, 'exit')
  let child: ChildProcess
  try {
    child = spawn('sh', ['-c', commandScript, 'sh', ...words], {
      ...{ cwd: folder, env, detached: true },
      stdio: ['ignore', 'pipe', 'pipe', pipe],
    })
    await once(child, 'spawn')
  } catch (error) {
    pipe.destroy()
    throw error
  }
  return new GroupedCommand(child, pipe, watchdogEnded)
}

class GroupedCommand implements RunningCommand {
  readonly stdout: Output
  readonly stderr: Output
  readonly ended: Promise<CommandEnd>
  readonly #child: ChildProcess
  readonly #pipe: Writable
  #grace: NodeJS.Timeout | undefined

  constructor(child: ChildProcess, pipe: Writable, watchdogEnded: Promise<unknown>) {
    this.#child = child
    this.#pipe = pipe
    // Pipes are sockets here.
    this.stdout = child.stdout as Output
    this.stderr = child.stderr as Output
    this.ended = this.#untilEnd(watchdogEnded)
  }

  end(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.#grace !== undefined) return
    signalGroup(this.#child, 'SIGTERM')
    this.#grace = setTimeout(() => {
      signalGroup(this.#child, 'SIGKILL')
    }, graceMs)
  }

  async #untilEnd(watchdogEnded: Promise<unknown>): Promise<CommandEnd> {
    const [exitCode, signal] = (await once(this.#child, 'exit')) as [number | null, string | null]
    clearTimeout(this.#grace)
    this.#pipe.destroy()
    await watchdogEnded
    for (const stream of [this.stdout, this.stderr]) letGoWhenSilent(stream)
    return { exitCode, signal }
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has just ended.
  }
}

/** A process that has left the group is out of reach, and its trial does not wait for it. */
function letGoWhenSilent(stream: Output): void {
  if (stream.closed) return
  let heard = stream.bytesRead
  const timer = setInterval(() => {
    if (stream.readableLength > 0 || stream.bytesRead > heard) {
      heard = stream.bytesRead
      return
    }
    clearInterval(timer)
    stream.destroy()
  }, silenceMs)
  stream.once('close', () => {
    clearInterval(timer)
  })
}
