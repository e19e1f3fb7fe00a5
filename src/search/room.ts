/** An array that holds so many numbers: the one that there is, if it is long enough. What is in it has no meaning. */
export function roomFor(size: number, array: Float64Array): Float64Array {
  return array.length >= size ? array : new Float64Array(2 * size)
}

/** As {@link roomFor}, of places. */
export function placesFor(size: number, array: Int32Array): Int32Array {
  return array.length >= size ? array : new Int32Array(2 * size)
}
