// IEEE 754 half precision as raw bits, which is how typed arrays of this Node hold them.

/** float32 values of half-precision bits; exact. */
export const floatsOfHalves = (halves: Uint16Array): Float32Array =>
  Float32Array.from(halves, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 0x1f
    const fraction = bits & 0x3ff
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
    if (exponent === 0) return sign * fraction * 2 ** -24
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  })

/** Nearest half-precision bits, ties to even; too large becomes infinite. */
export const halvesOfFloats = (floats: ArrayLike<number>): Uint16Array =>
  Uint16Array.from(floats, (value) => {
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
    const size = Math.abs(value)
    if (Number.isNaN(value)) return 0x7e00
    // Half way between the largest half (65504) and the next step.
    if (size >= 65520) return sign | 0x7c00
    if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24)
    const exponent = Math.floor(Math.log2(size))
    // A fraction rounded up to 2 carries into the exponent, as the bit layout wants it.
    return sign + ((exponent + 15) << 10) + roundToEven((size / 2 ** exponent - 1) * 1024)
  })

const roundToEven = (value: number): number => {
  const floor = Math.floor(value)
  const rest = value - floor
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor
}
