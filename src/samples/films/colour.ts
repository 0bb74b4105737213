// Small colour arithmetic on #rrggbb strings.

const channels = (hex: string): [number, number, number] => [
  parseInt(hex.slice(1, 3), 16),
  parseInt(hex.slice(3, 5), 16),
  parseInt(hex.slice(5, 7), 16),
]

/** A colour between two others; share 0 is the first, 1 the second. */
export const mix = (first: string, second: string, share: number): string => {
  const [a, b] = [channels(first), channels(second)]
  const byte = (index: 0 | 1 | 2): string =>
    Math.round(a[index] * (1 - share) + b[index] * share)
      .toString(16)
      .padStart(2, '0')
  return `#${byte(0)}${byte(1)}${byte(2)}`
}

/** Lighter for amounts above 0, darker below; -1 is black, 1 is white. */
export const shade = (hex: string, amount: number): string =>
  mix(hex, amount > 0 ? '#ffffff' : '#000000', Math.abs(amount))

/** Perceived brightness from 0 to 1. */
export const brightness = (hex: string): number => {
  const [red, green, blue] = channels(hex)
  return (0.299 * red + 0.587 * green + 0.114 * blue) / 255
}
