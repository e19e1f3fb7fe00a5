import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

import { backgrounds, type Background } from '../../../src/images/ground.ts'
import type { Picture } from '../../state/picture.ts'
import { Choose } from '../choose.tsx'
import { Ink, side } from './ink.ts'
import { useFiles } from './use-files.ts'

interface Props {
  readonly picture: Picture | undefined
  readonly onPicture: (picture: Picture | undefined) => void
}

let ids = 0

/** Where a digit is drawn, or a picture of one is brought. */
export function Pad({ picture, onPicture }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const ink = useRef<Ink | undefined>(undefined)
  const stroke = useRef<number | undefined>(undefined)
  const drawing = useRef(0)
  const frame = useRef(0)
  const [shown, setShown] = useState<string | undefined>()
  useLayoutEffect(() => {
    if (canvas.current !== null) ink.current = new Ink(canvas.current)
  }, [])
  useEffect(() => {
    if (shown === undefined) return
    return () => {
      URL.revokeObjectURL(shown)
    }
  }, [shown])

  const drawn = (isDone: boolean) => {
    const own = ink.current
    if (own === undefined) return
    const { current: id } = drawing
    onPicture({ id, read: () => own.read(), name: undefined, background: 'light', isDone })
  }
  const clear = () => {
    cancelAnimationFrame(frame.current)
    ink.current?.clear()
    setShown(undefined)
    onPicture(undefined)
  }
  const take = (file: File, background: Background = 'auto') => {
    clear()
    setShown(URL.createObjectURL(file))
    onPicture({ id: ++ids, read: () => Promise.resolve(file), name: file.name, background, isDone: true })
  }
  const files = useFiles(take)

  const start = (event: PointerEvent) => {
    if (event.button !== 0 || stroke.current !== undefined) return
    event.preventDefault()
    if (shown !== undefined) clear()
    if (ink.current?.isEmpty !== false) drawing.current = ++ids
    stroke.current = event.pointerId
    canvas.current?.setPointerCapture(event.pointerId)
    ink.current?.start(event)
    drawn(false)
  }
  const follow = (event: PointerEvent) => {
    if (event.pointerId !== stroke.current) return
    ink.current?.follow(event)
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
      drawn(false)
    })
  }
  const end = (event: PointerEvent) => {
    if (event.pointerId !== stroke.current) return
    stroke.current = undefined
    cancelAnimationFrame(frame.current)
    drawn(true)
  }

  return (
    <section class="panel pad" aria-label="The picture">
      <div class={files.isOver ? 'paper over' : 'paper'}>
        <canvas
          ref={canvas}
          width={side}
          height={side}
          role="img"
          aria-label="What is drawn; drawing takes a mouse, a pen or a finger"
          onPointerDown={start}
          onPointerMove={follow}
          onPointerUp={end}
          onPointerCancel={end}
        />
        {shown === undefined ? null : <img src={shown} alt={picture?.name ?? 'the picture'} />}
        {picture === undefined ? <p aria-hidden="true">Draw a digit here</p> : null}
      </div>
      <div class="tools">
        <button type="button" disabled={picture === undefined} onClick={clear}>
          Clear
        </button>
        <label class="button file">
          Choose a picture…
          <input
            class="hidden"
            type="file"
            accept="image/png,image/jpeg,image/webp"
            onChange={(event) => {
              const { currentTarget: input } = event
              const [file] = input.files ?? []
              if (file !== undefined) take(file)
              // The same file again is a change, too.
              input.value = ''
            }}
          />
        </label>
        {picture?.name === undefined ? null : (
          <Choose
            label="ground"
            value={picture.background}
            names={backgrounds}
            onChange={(name) => {
              const background = backgrounds.find((each) => each === name)
              if (background !== undefined) onPicture({ ...picture, id: ++ids, background })
            }}
          />
        )}
      </div>
      <p class="note">
        {picture?.name === undefined
          ? 'Or drop a PNG, JPEG or WebP anywhere, or paste one. A picture also does where there is nothing to draw with.'
          : `${picture.name}. Draw over it to begin anew.`}
      </p>
    </section>
  )
}
