import { lazy, Suspense } from 'preact/compat'
import type { ComponentProps } from 'preact'

import type EditorPart from './editor.tsx'

const Loaded = lazy(() => import('./editor.tsx'))

/** The editor comes when it is needed: it is as large as all the rest of the page. */
export function Editor(props: ComponentProps<typeof EditorPart>) {
  return (
    <Suspense fallback={<pre class="editor">{props.text}</pre>}>
      <Loaded {...props} />
    </Suspense>
  )
}
