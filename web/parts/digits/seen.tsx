import { useEffect, useRef } from 'preact/hooks'

import type { PredictedPicture } from '../../../src/server/models/protocol.ts'

/** What the model saw of a picture: made as the images that it was trained on. */
export function Seen({ height, width, levels }: PredictedPicture['seen']) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined) return
    const image = context.createImageData(width, height)
    for (const [at, level] of levels.entries()) image.data.set([level, level, level, 255], 4 * at)
    context.putImageData(image, 0, 0)
  }, [height, width, levels])
  return (
    <figure class="seen">
      <canvas ref={canvas} width={width} height={height} role="img" aria-label="The picture as the model saw it" />
      <figcaption>
        what the model saw, {width} × {height}
      </figcaption>
    </figure>
  )
}
