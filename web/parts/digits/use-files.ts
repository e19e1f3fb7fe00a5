import { useEffect, useRef, useState } from 'preact/hooks'

/** Files that are dropped on the page, or pasted. */
export function useFiles(onFile: (file: File) => void): { readonly isOver: boolean } {
  const take = useRef(onFile)
  take.current = onFile
  const [isOver, setOver] = useState(false)
  useEffect(() => {
    const listening = new AbortController()
    const { signal } = listening
    const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer?.types.includes('Files') === true
    addEventListener(
      'dragover',
      (event) => {
        if (!hasFiles(event)) return
        // Otherwise the browser would open it in place of this page.
        event.preventDefault()
        setOver(true)
      },
      { signal },
    )
    addEventListener(
      'dragleave',
      (event) => {
        if (event.relatedTarget === null) setOver(false)
      },
      { signal },
    )
    addEventListener(
      'drop',
      (event) => {
        setOver(false)
        if (!hasFiles(event)) return
        event.preventDefault()
        const [file] = event.dataTransfer?.files ?? []
        if (file !== undefined) take.current(file)
      },
      { signal },
    )
    addEventListener(
      'paste',
      (event) => {
        const [file] = event.clipboardData?.files ?? []
        if (file !== undefined) take.current(file)
      },
      { signal },
    )
    return () => {
      listening.abort()
    }
  }, [])
  return { isOver }
}
