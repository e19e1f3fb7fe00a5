import { mkdir, mkdtemp, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { SwathError } from '../errors.ts'
import { pathBelow } from '../path-below.ts'
import { CommandError, findPip, installing, runCommand } from './commands.ts'

const pollMs = 250

/**
 * Fetches one wheel and returns its path.
 * @param platform of the machine that it is for, whatever Python runs here; undefined for this one
 * @param folder for the wheel and for what is under way
 * @param onBytes told now and then how much has arrived
 */
export async function pipDownload(
  requirement: string,
  platform: string | undefined,
  folder: string,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<string> {
  const pip = await findPip()
  if (pip === undefined) {
    throw new SwathError('setup', `fetching ${requirement} takes Python with pip, and there is none`, {
      hint: installing.pip,
    })
  }
  const download = await mkdtemp(join(folder, 'download-'))
  const [wheels, partial] = [join(download, 'wheels'), join(download, 'partial')]
  await mkdir(wheels)
  await mkdir(partial)
  const other = ['--implementation', 'cp', '--python-version', '3.11', '--platform']
  const timer = setInterval(() => {
    void sizeOf(download).then(onBytes)
  }, pollMs)
  try {
    await runCommand(
      pip.command,
      [
        ...pip.args,
        ...[
          'download',
          requirement,
          '--no-deps',
          '--only-binary=:all:',
          '--no-cache-dir',
          '--disable-pip-version-check',
        ],
        ...(platform === undefined ? [] : [...other, platform]),
        ...['--dest', wheels],
      ],
      // Nothing is installed, so a user's rule that pip needs a virtual environment does not apply.
      { env: { ...process.env, TMPDIR: partial, PIP_REQUIRE_VIRTUALENV: '0' } },
    )
  } catch (error) {
    const output = error instanceof CommandError ? `\n${error.output}` : ''
    throw new SwathError('setup', `pip could not fetch ${requirement}:${output}`, {
      hint: 'check the network and pip’s index, then try again',
      cause: error,
    })
  } finally {
    clearInterval(timer)
  }
  const [wheel] = await readdir(wheels)
  if (wheel === undefined) throw new SwathError('setup', `pip fetched nothing for ${requirement}`)
  return pathBelow(wheels, wheel, 'setup')
}

/** Bytes in a folder and all below it; what vanishes meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
