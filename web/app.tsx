import type { ComponentChildren, VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import { Digits } from './pages/digits.tsx'
import { NewSweep } from './pages/new-sweep.tsx'
import { Sql } from './pages/sql.tsx'
import { Sweep } from './pages/sweep.tsx'
import { Sweeps } from './pages/sweeps.tsx'
import { Trial } from './pages/trial.tsx'
import { ThemeChoice } from './parts/theme-choice.tsx'
import { followLinks, path } from './state/address.ts'

const places: readonly (readonly [RegExp, (part: string) => VNode])[] = [
  [/^\/$/, () => <Sweeps />],
  [/^\/sweeps\/([^/]+)$/, (name) => <Sweep key={name} name={name} />],
  [/^\/trials\/(\d+)$/, (id) => <Trial key={id} id={Number(id)} />],
  [/^\/sql$/, () => <Sql />],
  [/^\/digits$/, () => <Digits />],
  [/^\/new$/, () => <NewSweep />],
]

const links = [
  ['/', 'Sweeps'],
  ['/digits', 'Digits'],
  ['/sql', 'SQL'],
  ['/new', 'New sweep'],
] as const

/** The page: where it is decides what is seen. */
export function App() {
  useEffect(() => {
    document.addEventListener('click', followLinks)
    return () => {
      document.removeEventListener('click', followLinks)
    }
  }, [])
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <a class="brand" href="/">
          swath
        </a>
        <nav aria-label="Pages">
          {links.map(([to, text]) => (
            <a key={to} href={to} aria-current={path.value === to ? 'page' : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <ThemeChoice />
      </header>
      <main id="main" tabIndex={-1}>
        {current()}
      </main>
    </>
  )
}

function current(): ComponentChildren {
  for (const [pattern, make] of places) {
    const found = pattern.exec(path.value)
    if (found !== null) return make(decodeURIComponent(found[1] ?? ''))
  }
  return (
    <p class="trouble" role="alert">
      There is no such page. <a href="/">All sweeps</a>
    </p>
  )
}
