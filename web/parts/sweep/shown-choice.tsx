import type { ComponentProps } from 'preact'

import { show } from '../../state/address.ts'
import { Choose } from '../choose.tsx'

interface Props extends Omit<ComponentProps<typeof Choose>, 'onChange'> {
  /** What the address calls it. */
  readonly part: string
}

/** One of some names, which the address holds. */
export function ShownChoice({ part, ...choice }: Props) {
  return (
    <Choose
      {...choice}
      onChange={(name) => {
        show({ [part]: name })
      }}
    />
  )
}
