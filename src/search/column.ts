/**
 * Numbers in a typed array that grows: quicker than an ordinary array, which boxes its numbers once one was inserted. Places
 * are kept in whole numbers' arrays: V8 looks up a place that comes as a double a hundred times as slowly.
 */
export class Column<T extends Float64Array | Int32Array = Float64Array> {
  /** Longer than `size`: what is beyond has no meaning. */
  data: T
  size = 0
  readonly #make: (length: number) => T

  constructor(make: (length: number) => T) {
    this.#make = make
    this.data = make(64)
  }

  static ofNumbers(): Column {
    return new Column((length) => new Float64Array(length))
  }

  static ofPlaces(): Column<Int32Array> {
    return new Column((length) => new Int32Array(length))
  }

  /** Moves what stands there, and all behind it, one on. */
  insert(place: number, value: number): void {
    if (this.size === this.data.length) {
      const larger = this.#make(2 * this.size)
      larger.set(this.data)
      this.data = larger
    }
    this.data.copyWithin(place + 1, place, this.size)
    this.data[place] = value
    this.size++
  }

  at(k: number): number {
    return k < this.size ? (this.data[k] ?? NaN) : NaN
  }
}
