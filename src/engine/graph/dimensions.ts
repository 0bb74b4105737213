// Arithmetic on sizes of which some are only names. A product is kept in one canonical spelling (`batch*time*4`), so
// that equal products are equal strings.
import type { Dimension, Shape } from './types.ts'

interface Product {
  readonly coefficient: number
  readonly symbols: readonly string[]
}

const parse = (dimension: Dimension): Product => {
  if (typeof dimension === 'number') return { coefficient: dimension, symbols: [] }
  const factors = dimension.split('*')
  const numbers = factors.filter((factor) => /^\d+$/.test(factor)).map(Number)
  return {
    coefficient: numbers.reduce((a, b) => a * b, 1),
    symbols: factors.filter((factor) => !/^\d+$/.test(factor)),
  }
}

const format = ({ coefficient, symbols }: Product): Dimension => {
  if (symbols.length === 0) return coefficient
  const names = [...symbols].sort()
  return (coefficient === 1 ? names : [...names, String(coefficient)]).join('*')
}

/** Product of dimensions; the number of elements for a whole shape. */
export const multiply = (...dimensions: Shape): Dimension => {
  const products = dimensions.map(parse)
  return format({
    coefficient: products.reduce((total, product) => total * product.coefficient, 1),
    symbols: products.flatMap((product) => product.symbols),
  })
}

/** `total / part` when it is exact, else `undefined`. */
export const divide = (total: Dimension, part: Dimension): Dimension | undefined => {
  const left = parse(total)
  const right = parse(part)
  const symbols = [...left.symbols]
  for (const symbol of right.symbols) {
    const index = symbols.indexOf(symbol)
    if (index < 0) return undefined
    symbols.splice(index, 1)
  }
  const coefficient = left.coefficient / right.coefficient
  return Number.isInteger(coefficient) ? format({ coefficient, symbols }) : undefined
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((dimension, axis) => dimension === b[axis])

/** NumPy broadcasting of two shapes; `undefined` when they do not fit. */
export const broadcast = (a: Shape, b: Shape): Shape | undefined => {
  const rank = Math.max(a.length, b.length)
  const out: Dimension[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1
    const right = b[axis - rank + b.length] ?? 1
    if (left !== right && left !== 1 && right !== 1) return undefined
    out.push(left === 1 ? right : left)
  }
  return out
}

/** A non-negative axis. */
export const normalizeAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis)

export const showShape = (shape: Shape): string => `[${shape.join(', ')}]`
