import { useRef } from 'preact/hooks'

/**
 * Keeps a place as it is while a pointer is pressed in it: a gesture needs the elements that it began on, whatever news
 * there are meanwhile.
 */
export function useHeld() {
  const state = useRef({ isHeld: false, waiting: undefined as (() => void) | undefined })
  const hold = () => {
    const end = () => {
      removeEventListener('pointerup', end)
      removeEventListener('pointercancel', end)
      const { waiting } = state.current
      state.current = { isHeld: false, waiting: undefined }
      waiting?.()
    }
    state.current.isHeld = true
    addEventListener('pointerup', end)
    addEventListener('pointercancel', end)
  }
  /** Does it at once or, where the place is held, afterwards; of several only the last one. */
  const change = (work: () => void) => {
    if (state.current.isHeld) state.current.waiting = work
    else work()
  }
  return { hold, change }
}
