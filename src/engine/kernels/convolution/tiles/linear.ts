// A small constant matrix times a column of vectors, in registers: what the transforms of tiles consist of. Columns and rows
// that differ only in signs share their sums: of the input transform for tiles of 4, that leaves 14 operations of 20.
import type { Assembler } from '../../../jit/assembler.ts'
import type { Vector } from '../../../jit/operands.ts'

export type Matrix = readonly (readonly number[])[]
type Row = readonly number[]

/** Numbers in registers, by value. */
export type Constants = ReadonlyMap<number, Vector>

/** What a function makes of a matrix, made once: few matrices are used again and again. */
const once = <Result>(make: (matrix: Matrix) => Result): ((matrix: Matrix) => Result) => {
  const made = new WeakMap<Matrix, Result>()
  return (matrix) => {
    const result = made.get(matrix) ?? make(matrix)
    made.set(matrix, result)
    return result
  }
}

/** [rows, columns] -> [columns, rows] */
export const transposed = once((matrix): Matrix =>
  matrix[0]!.map((_, column) => matrix.map((row) => row[column]!)),
)

interface Plan {
  /** Columns whose sum and difference take the places of the two. */
  readonly columns: readonly (readonly [number, number])[]
  /** Two rows of the result, which are even + odd and even - odd. */
  readonly pairs: readonly {
    readonly rows: readonly [number, number]
    readonly even: Row
    readonly odd: Row
  }[]
  /** The other rows, by number. */
  readonly single: ReadonlyMap<number, Row>
}

const used = (row: Row): number => row.filter((factor) => factor !== 0).length

/** Pairs of numbers below `count` that `isPair` accepts, each number in one pair at most. */
const pairsOf = (
  count: number,
  isPair: (first: number, second: number) => boolean,
): (readonly [number, number])[] => {
  const taken = new Set<number>()
  const pairs: (readonly [number, number])[] = []
  for (let first = 0; first < count; first++)
    for (let second = first + 1; second < count; second++)
      if (!taken.has(first) && !taken.has(second) && isPair(first, second)) {
        pairs.push([first, second])
        taken.add(first).add(second)
      }
  return pairs
}

/** Whether sums and differences of two columns are each used twice at least. */
const isColumnPair = (left: Row, right: Row): boolean => {
  const uses = (sign: number): number =>
    left.filter((factor, row) => factor !== 0 && factor === sign * right[row]!).length
  const isSame = left.every((factor, row) => Math.abs(factor) === Math.abs(right[row]!))
  return isSame && uses(1) > 1 && uses(-1) > 1
}

const evenAndOdd = (left: Row, right: Row): readonly [Row, Row] => [
  left.map((factor, index) => (factor + right[index]!) / 2),
  left.map((factor, index) => (factor - right[index]!) / 2),
]

const planOf = once((matrix): Plan => {
  const turned = transposed(matrix)
  const columns = pairsOf(turned.length, (first, second) =>
    isColumnPair(turned[first]!, turned[second]!),
  )
  const merged = columns.reduce(
    (rows, [first, second]) =>
      rows.map((row) => {
        const isSum = row[first] === row[second]
        return row.with(first, isSum ? row[first]! : 0).with(second, isSum ? 0 : row[first]!)
      }),
    matrix as number[][],
  )
  const rows = pairsOf(merged.length, (first, second) => {
    const [even, odd] = evenAndOdd(merged[first]!, merged[second]!)
    const shared = used(even) + used(odd)
    return shared > 2 && shared < used(merged[first]!) + used(merged[second]!)
  })
  const paired = new Set(rows.flat())
  return {
    columns,
    pairs: rows.map((pair) => {
      const [even, odd] = evenAndOdd(merged[pair[0]]!, merged[pair[1]]!)
      return { rows: pair, even, odd }
    }),
    single: new Map([...merged.entries()].filter(([index]) => !paired.has(index))),
  }
})

/** Puts the factors of some matrices into registers, which the caller releases. */
export const loadFactors = (a: Assembler, ...matrices: readonly Matrix[]): Constants => {
  const rows = matrices
    .map(planOf)
    .flatMap(({ pairs, single }) => [
      ...pairs.flatMap(({ even, odd }) => [even, odd]),
      ...single.values(),
    ])
  const factors = new Set(rows.flat().map(Math.abs))
  return new Map(
    [...factors]
      .filter((factor) => factor !== 0 && factor !== 1)
      .map((factor) => {
        const vector = a.vector()
        a.constant(vector, factor)
        return [factor, vector]
      }),
  )
}

interface Term {
  readonly factor: number
  readonly vector: Vector
}

/** A positive term first, because none has to be negated then; of these a factor, which needs no copy. */
const rank = ({ factor }: Term): number => (factor < 0 ? 2 : factor === 1 ? 1 : 0)

/** A new vector: row times x. */
const dot = (a: Assembler, row: Row, x: readonly Vector[], constants: Constants): Vector => {
  const to = a.vector()
  const terms = row
    .flatMap((factor, index) => (factor === 0 ? [] : [{ factor, vector: x[index]! }]))
    .toSorted((left, right) => rank(left) - rank(right))
  const [first] = terms
  const begins = first !== undefined && first.factor > 0
  if (!begins) a.zero(to)
  else if (first.factor === 1) a.unary('load', to, first.vector)
  else a.binary('multiply', to, first.vector, constants.get(first.factor)!)
  for (const { factor, vector } of begins ? terms.slice(1) : terms) {
    const size = Math.abs(factor)
    if (size === 1) a.binary(factor > 0 ? 'add' : 'subtract', to, to, vector)
    else a.fused(factor > 0 ? 'multiplyAdd' : 'subtractProduct', to, vector, constants.get(size)!)
  }
  return to
}

/** matrix [rows, columns] times x, as new vectors, one per row. */
export const linear = (
  a: Assembler,
  matrix: Matrix,
  x: readonly Vector[],
  constants: Constants,
): Vector[] => {
  const { columns, pairs, single } = planOf(matrix)
  const merged = [...x]
  for (const [first, second] of columns) {
    const [sum, difference] = a.vectors(2) as [Vector, Vector]
    a.binary('add', sum, x[first]!, x[second]!)
    a.binary('subtract', difference, x[first]!, x[second]!)
    merged[first] = sum
    merged[second] = difference
  }
  const results = new Array<Vector>(matrix.length)
  for (const { rows, even, odd } of pairs) {
    const [first, second] = [even, odd].map((row) => dot(a, row, merged, constants)) as [
      Vector,
      Vector,
    ]
    const difference = a.vector()
    a.binary('subtract', difference, first, second)
    a.binary('add', first, first, second)
    a.release(second)
    results[rows[0]] = first
    results[rows[1]] = difference
  }
  for (const [index, row] of single) results[index] = dot(a, row, merged, constants)
  a.release(...columns.flat().map((index) => merged[index]!))
  return results
}
