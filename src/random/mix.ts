/** MurmurHash3's finaliser: every input bit reaches every output bit. Returns a signed 32-bit integer. */
export function hash32(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** A hash of two 32-bit integers, in this order. */
export function mixed(a: number, b: number): number {
  return hash32(hash32(a ^ 0x9e3779b9) + Math.imul(b | 0, 0x85ebca6b) + 0x27d4eb2f)
}
