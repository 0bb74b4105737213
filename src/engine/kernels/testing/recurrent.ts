// The recurrent layers of training in plain loops, in float64. Gradients are central differences of the same loops: no formula is
// both in a kernel and in what it is compared with.
export interface PaddedSizes {
  readonly time: number
  readonly batch: number
  readonly hidden: number
  /** Tokens of each row. */
  readonly lengths: readonly number[]
}

/** One step of one row. */
interface Step {
  readonly state: Float64Array
  /** What else goes on to the next step. */
  readonly cell?: Float64Array
  /** What is kept for the gradient, as rows side by side. */
  readonly saved: readonly Float64Array[]
}

interface RecurrentLayer {
  /** Columns of the projected input per unit. */
  readonly width: number
  readonly step: (projected: Float64Array, before: Step) => Step
}

type Numbers = Float32Array | Float64Array

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

const concat = (...arrays: readonly Float64Array[]): Float64Array =>
  Float64Array.from(arrays.flatMap((array) => [...array]))

/** x + h [hidden] times columns `first` and following of weights [hidden, width]. */
const addProduct = (
  x: Float64Array,
  h: Float64Array,
  { weights, width, first = 0 }: { weights: Numbers; width: number; first?: number },
): Float64Array => {
  const sums = x.slice()
  for (const [row, value] of h.entries())
    for (let column = 0; column < sums.length; column++)
      sums[column]! += value * weights[row * width + first + column]!
  return sums
}

/** recurrent [hidden, 4 hidden]; gates i, o, f, then the candidate. */
export const lstmLayer = (weights: Numbers, hidden: number): RecurrentLayer => ({
  width: 4,
  step: (projected, { state, cell = new Float64Array(hidden) }) => {
    const z = addProduct(projected, state, { weights, width: 4 * hidden })
    const gates = z.subarray(0, 3 * hidden).map(sigmoid)
    const candidate = z.subarray(3 * hidden).map(Math.tanh)
    const next = cell.map(
      (value, unit) => gates[2 * hidden + unit]! * value + gates[unit]! * candidate[unit]!,
    )
    const shown = next.map((value, unit) => gates[hidden + unit]! * Math.tanh(value))
    return { state: shown, cell: next, saved: [gates, candidate, next] }
  },
})

/**
 * recurrent [hidden, 3 hidden]; gates z, r, then the candidate. A fourth part of projected is added to the candidate's product with the
 * recurrent weights, for its gradient.
 */
export const gruLayer = (
  weights: Numbers,
  hidden: number,
  { resetsAfter, bias }: { resetsAfter: boolean; bias: Numbers },
): RecurrentLayer => ({
  width: 4,
  step: (projected, { state }) => {
    const [forGates, forCandidate, forProduct] = [
      [0, 2],
      [2, 3],
      [3, 4],
    ].map((parts) => projected.subarray(...parts.map((part) => part * hidden))) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    const matrix = { weights, width: 3 * hidden }
    const gates = addProduct(forGates, state, matrix).map(sigmoid)
    const [z, r] = [gates.subarray(0, hidden), gates.subarray(hidden)]
    const candidateOf = (sum: (unit: number) => number): Float64Array =>
      forCandidate.map((value, unit) => Math.tanh(value + sum(unit)))
    const columns = { ...matrix, first: 2 * hidden }
    const reset = state.map((value, unit) => r[unit]! * value)
    const product = addProduct(forProduct, resetsAfter ? state : reset, columns)
    const inner = resetsAfter ? product.map((value, unit) => value + bias[unit]!) : reset
    const candidate = candidateOf((unit) =>
      resetsAfter ? r[unit]! * inner[unit]! : product[unit]!,
    )
    const next = state.map((value, unit) => z[unit]! * value + (1 - z[unit]!) * candidate[unit]!)
    return { state: next, saved: [gates, candidate, inner] }
  },
})

/** The row's numbers at a step of [time, batch, width]. */
const rowAt = (values: Numbers, index: number, width: number): Float64Array =>
  Float64Array.from(values.subarray(index * width, (index + 1) * width))

const start = (hidden: number): Step => ({ state: new Float64Array(hidden), saved: [] })

/** States, what is saved of each step, and last states; zeros at padding. */
export const runLayer = (
  { width, step }: RecurrentLayer,
  { time, batch, hidden, lengths }: PaddedSizes,
  projected: Float32Array,
): readonly Float64Array[] => {
  const steps = new Map<number, readonly Float64Array[]>()
  const last = lengths.map((length, row) => {
    let at = start(hidden)
    for (let t = 0; t < length; t++) {
      const index = t * batch + row
      at = step(rowAt(projected, index, width * hidden), at)
      steps.set(index, [at.state, ...at.saved])
    }
    return at.state
  })
  const padding = step(new Float64Array(width * hidden), start(hidden))
  const zeros = [padding.state, ...padding.saved].map(({ length }) => new Float64Array(length))
  return [
    ...zeros.map((zero, output) =>
      concat(
        ...Array.from({ length: time * batch }, (_, index) => steps.get(index)?.[output] ?? zero),
      ),
    ),
    concat(...last),
  ]
}

interface Losses {
  readonly projected: Float32Array
  /** Gradients of states [time, batch, hidden] and of last states [batch, hidden]. */
  readonly dStates: Float32Array
  readonly dLast: Float32Array
  /** A direction for each step of each row, like projected. */
  readonly directions: Float32Array
}

const dot = (x: Float64Array, y: Float64Array): number =>
  x.reduce((sum, value, index) => sum + value * y[index]!, 0)

/** Derivatives along the direction of each step of each row, [time, batch]; 0 at padding. */
export const directionalDerivatives = (
  { width, step }: RecurrentLayer,
  { time, batch, hidden, lengths }: PaddedSizes,
  { projected, dStates, dLast, directions }: Losses,
): Float64Array => {
  const lossOf = (row: number, movedStep: number, distance: number): number => {
    let [at, loss] = [start(hidden), 0]
    for (let t = 0; t < lengths[row]!; t++) {
      const index = t * batch + row
      const x = rowAt(projected, index, width * hidden)
      const direction = rowAt(directions, index, width * hidden)
      const moved =
        t === movedStep ? x.map((value, unit) => value + distance * direction[unit]!) : x
      at = step(moved, at)
      loss += dot(at.state, rowAt(dStates, index, hidden))
    }
    return loss + dot(at.state, rowAt(dLast, row, hidden))
  }
  const distance = 1e-4
  return Float64Array.from({ length: time * batch }, (_, index) => {
    const [t, row] = [Math.floor(index / batch), index % batch]
    if (t >= lengths[row]!) return 0
    return (lossOf(row, t, distance) - lossOf(row, t, -distance)) / (2 * distance)
  })
}

/** The same derivatives from a gradient of projected [time, batch, width]. */
export const alongDirections = (
  gradient: Float32Array,
  directions: Float32Array,
  width: number,
): Float64Array =>
  Float64Array.from({ length: gradient.length / width }, (_, index) =>
    dot(rowAt(gradient, index, width), rowAt(directions, index, width)),
  )

/** 1 for tokens and 0 for padding, [time, batch]. */
export const maskOf = ({ time, batch, lengths }: PaddedSizes): Float32Array =>
  Float32Array.from({ length: time * batch }, (_, index) =>
    Number(Math.floor(index / batch) < lengths[index % batch]!),
  )

/** Rows of two arrays beside each other. */
export const beside = (x: Float32Array, y: Float32Array, rows: number): Float32Array => {
  const [left, right] = [x.length / rows, y.length / rows]
  const joined = new Float32Array(x.length + y.length)
  for (let row = 0; row < rows; row++) {
    joined.set(x.subarray(row * left, (row + 1) * left), row * (left + right))
    joined.set(y.subarray(row * right, (row + 1) * right), row * (left + right) + left)
  }
  return joined
}

/** A copy with NaN at padding: what must not be read. */
export const spoiled = (values: Float32Array, mask: Float32Array): Float32Array => {
  const width = values.length / mask.length
  return values.map((value, index) => (mask[Math.floor(index / width)] === 0 ? NaN : value))
}

/** The largest difference, in units of the largest number, or of 1 if that is larger. NaN counts as infinite. */
export const errorOf = (found: Numbers, expected: Float64Array): number => {
  if (found.length !== expected.length) return Infinity
  const apart = expected.map((value, index) => Math.abs(found[index]! - value))
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  return apart.some(Number.isNaN) ? Infinity : apart.reduce((a, b) => Math.max(a, b)) / largest
}

/** Whether all numbers at padding are 0. */
export const isZeroAtPadding = (values: Float32Array, mask: Float32Array): boolean => {
  const width = values.length / mask.length
  return values.every((value, index) => value === 0 || mask[Math.floor(index / width)] === 1)
}
