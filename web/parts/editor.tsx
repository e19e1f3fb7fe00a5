import { autocompletion, type CompletionSource } from '@codemirror/autocomplete'
import { sql, SQLite } from '@codemirror/lang-sql'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { yaml, yamlLanguage } from '@codemirror/lang-yaml'
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import { keymap } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'preact/hooks'

/** Where a text is not as it should be, from 1. */
interface TextMistake {
  readonly line: number
  readonly column: number
  readonly message: string
}

type EditorLanguage =
  | { readonly kind: 'sql'; readonly schema: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: 'yaml'; readonly complete: CompletionSource }

interface Props {
  readonly label: string
  readonly text: string
  readonly language: EditorLanguage
  readonly mistakes?: readonly TextMistake[]
  readonly onChange: (text: string) => void
  /** Ctrl-Enter. */
  readonly onRun: () => void
}

/**
 * A text editor. It lives in a shadow tree: there its styles are sheets made by the script, which the page's policy allows,
 * and not texts in the document.
 */
export default function Editor({ label, text, language, mistakes = [], onChange, onRun }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | undefined>(undefined)
  const calls = useRef({ onChange, onRun })
  calls.current = { onChange, onRun }

  useEffect(() => {
    const element = place.current
    if (element === null) return
    const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' })
    const made = new EditorView({
      parent: root,
      root,
      state: EditorState.create({ doc: text, extensions: extensionsOf(label, language, calls) }),
    })
    view.current = made
    return () => {
      made.destroy()
    }
  }, [language])

  useEffect(() => {
    const editor = view.current
    if (editor === undefined || editor.state.doc.toString() === text) return
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } })
  }, [text])

  useEffect(() => {
    const editor = view.current
    if (editor === undefined) return
    editor.dispatch(
      setDiagnostics(
        editor.state,
        mistakes.map((mistake) => diagnosticOf(editor, mistake)),
      ),
    )
  }, [mistakes])

  return <div class="editor" ref={place} />
}

function extensionsOf(
  label: string,
  language: EditorLanguage,
  calls: { readonly current: Pick<Props, 'onChange' | 'onRun'> },
): Extension[] {
  const run = () => {
    calls.current.onRun()
    return true
  }
  return [
    keymap.of([{ key: 'Mod-Enter', run, preventDefault: true }]),
    basicSetup,
    ...(language.kind === 'sql'
      ? [sql({ dialect: SQLite, schema: language.schema as Record<string, string[]>, upperCaseKeywords: false })]
      : [yaml(), yamlLanguage.data.of({ autocomplete: language.complete }), autocompletion(), lintGutter()]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) calls.current.onChange(update.state.doc.toString())
    }),
    theme,
    syntaxHighlighting(colours),
  ]
}

function diagnosticOf(editor: EditorView, { line, column, message }: TextMistake): Diagnostic {
  const { doc } = editor.state
  const found = doc.line(Math.min(Math.max(line, 1), doc.lines))
  const from = Math.min(found.from + column - 1, found.to)
  const word = /^[^\s,:\]}]+/.exec(found.text.slice(from - found.from))
  return { from, to: Math.min(from + (word?.[0].length ?? 1), found.to), severity: 'error', message }
}

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--panel)', color: 'var(--text)', fontSize: '14px', maxHeight: '60vh' },
  '.cm-scroller': { fontFamily: "ui-monospace, 'DejaVu Sans Mono', monospace", minHeight: '180px' },
  '.cm-gutters': { backgroundColor: 'var(--ground)', color: 'var(--quiet)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused': { outline: '3px solid var(--accent)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', color: 'var(--text)', border: '1px solid var(--line)' },
  '.cm-selectionBackground, &.cm-focused .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 25%, transparent) !important',
  },
})

/** The page's own colours, in its light and its dark. */
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.string, tags.content], color: 'var(--text)' },
  { tag: tags.special(tags.string), color: 'var(--code-string)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
])
