import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

import { expect, test } from 'vitest'

import { packageRoot } from '../src/package-root.ts'

/** What `npm pack` would put into the package; `npm test` has built it. */
const packed = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    ...{ cwd: packageRoot, encoding: 'utf8', maxBuffer: 2 ** 26, stdio: ['ignore', 'pipe', 'ignore'] },
    shell: process.platform === 'win32',
  }),
) as [{ readonly files: { readonly path: string }[] }] | Record<string, { readonly files: { readonly path: string }[] }>
const [{ files } = { files: [] }] = Object.values(packed)
const paths = new Set(files.map(({ path }) => path))
const text = (path: string) => readFileSync(join(packageRoot, path), 'utf8')

/** As the anchors of rendered Markdown are made of its headings. */
function anchorsOf(path: string): string[] {
  return Array.from(text(path).matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-'),
  )
}

test('every link of the README and of the docs leads somewhere in the package', () => {
  const documents = [...paths].filter((path) => path.endsWith('.md') && !path.startsWith('carried/'))
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'CHANGELOG.md', 'docs/programs.md']))
  const broken = documents.flatMap((document) => {
    const links = Array.from(text(document).matchAll(/\]\(([^()\s]+)\)/g), ([, link = '']) => link)
    return links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? document : posix.normalize(posix.join(posix.dirname(document), file))
        const isThere = paths.has(target) || [...paths].some((path) => path.startsWith(`${target}/`))
        return !isThere || (anchor !== undefined && !anchorsOf(target).includes(anchor))
      })
      .map((link) => `${document}: ${link}`)
  })
  expect(broken).toEqual([])
})

test('every document that a message of swath names is in the package', () => {
  const sources = [...paths].filter((path) => path.startsWith('dist/') && path.endsWith('.js'))
  const named = new Set(
    sources.flatMap((path) => text(path).match(/\b(?:docs|db|sweeps)\/[\w-]+\.(?:md|yaml)\b/g) ?? []),
  )
  expect(named).toContain('docs/programs.md')
  expect([...named].filter((path) => !paths.has(path))).toEqual([])
})

test('npm runs no install script of swath or of what it depends on, but for two that need no network', () => {
  const lock = JSON.parse(text('package-lock.json')) as {
    packages: Record<
      string,
      { dev?: boolean; optional?: boolean; devOptional?: boolean; hasInstallScript?: boolean; peer?: boolean }
    >
  }
  const scripted = Object.entries(lock.packages)
    .filter(([, { dev, devOptional, peer, hasInstallScript }]) => hasInstallScript && !dev && !devOptional && !peer)
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
  // core-js prints a line, esbuild links its program, which it finds without, too.
  expect(new Set(scripted)).toEqual(new Set(['core-js', 'esbuild']))
  expect(paths).toContain('carried/better-sqlite3/binding.gyp')
  expect(paths).toContain('carried/@tensorflow/tfjs-node/binding/tfjs_backend.cc')
})
