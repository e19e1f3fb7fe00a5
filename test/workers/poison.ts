/** Cannot be read: whatever asks for its text throws. */
export const throwing = () => {
  throw new Error('no such thing')
}
export const poison = {
  [Symbol.toPrimitive]: throwing,
  toString: throwing,
  get [Symbol.toStringTag]() {
    return throwing()
  },
}
