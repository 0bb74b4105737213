// Operators between pixels on rows (`rows.ts`): what works value by value, and sums over pixels. Tensors with one value per
// channel, or per image and channel, are spread over the rows.
import {
  cast,
  div,
  expandLike,
  gather,
  reduceMean,
  reduceProd,
  reduceSum,
  reshape,
} from '../functions.ts'
import { apply, ints } from '../graph.ts'
import { copyNode } from './lower.ts'
import { inPlaces, noted, sumOfRows, withoutGaps } from './rows.ts'

import type { OpName } from '../ops/index.ts'
import type { Tensor } from '../types.ts'
import type { Lowering, LoweringTable } from './lower.ts'
import type { Places, RowsOf } from './rows.ts'

/** Operators that give 0 where an operand is 0. */
const KEEPS_ZERO: readonly OpName[] = ['Relu', 'Mul', 'Cast']
/** Operators that may work on rows that are no pixel: nothing there can become infinite. */
const HARMLESS: readonly OpName[] = [...KEEPS_ZERO, 'Greater']

const POINTWISE = [
  ...HARMLESS,
  ...(['Add', 'Sub', 'Div', 'Max', 'Min', 'Equal', 'Less', 'Where'] as const),
  ...(['Sigmoid', 'Tanh', 'LeakyRelu', 'Neg', 'Sqrt'] as const),
] satisfies readonly OpName[]

const isScalar = ({ shape }: Tensor): boolean => shape.length === 0

/** [.., .., 1, 1] as something that broadcasts with rows. */
const spread = (x: Tensor): Tensor | undefined =>
  x.shape.length === 4 && x.shape[2] === 1 && x.shape[3] === 1
    ? reshape(x, [1, x.shape[0]!, x.shape[1]!])
    : undefined

export const pointwiseOnRows = (known: RowsOf): LoweringTable => {
  /** One value per image and channel, as large as a tensor on rows: where the gradient of a mean begins. */
  const expand: Lowering = (lowered) => {
    const [x, shape] = lowered.inputs as readonly [Tensor, Tensor]
    const asked = lowered.graph.nodes.find(({ outputs }) => outputs[0]!.name === shape.name)
    const like = asked?.op === 'Shape' ? known.get(asked.inputs[0]!.name) : undefined
    const value = spread(x)
    if (!like || !value) return copyNode(lowered)
    const { tensor, places } = withoutGaps(like)
    return [noted(known, { tensor: expandLike(value, tensor), places })]
  }
  const pointwise: Lowering = (lowered) => {
    const { graph, node } = lowered
    const inputs = lowered.inputs.map((input) => input!)
    const first = inputs.map(({ name }) => known.get(name)).find(Boolean)
    if (!first) return copyNode(lowered)
    const isHarmless =
      HARMLESS.includes(node.op as OpName) &&
      inputs.every((input) => isScalar(input) || known.get(input.name)?.places === first.places)
    const { places } = isHarmless ? first : withoutGaps(first)
    const operands = inputs.map((input) => operandOf(input, places))
    if (operands.some((operand) => operand === undefined)) return copyNode(lowered)
    const tensor = apply(graph, node.op as OpName, operands, { attributes: node.attributes })
    const hasZeroGaps =
      isHarmless &&
      KEEPS_ZERO.includes(node.op as OpName) &&
      inputs.some(({ name }) => known.get(name)?.hasZeroGaps === true)
    return [noted(known, { tensor, places, hasZeroGaps })]
  }
  const operandOf = (input: Tensor, places: Places): Tensor | undefined => {
    if (isScalar(input)) return input
    const rows = known.get(input.name)
    const isAlike = rows?.places.height === places.height && rows.places.width === places.width
    return rows && isAlike ? inPlaces(rows, places).tensor : spread(input)
  }
  return { ...Object.fromEntries(POINTWISE.map((op) => [op, pointwise])), Expand: expand }
}

/** Sums and means over all pixels, of every image or of the whole batch. */
export const reductionsOnRows = (known: RowsOf): LoweringTable => {
  /** Sums by tensor and axes: where a mean is wanted too, there is no second pass. */
  const sums = new Map<string, Tensor>()
  const reduction =
    (isMean: boolean): Lowering =>
    (lowered) => {
      const { graph, node, inputs } = lowered
      const rows = known.get(inputs[0]!.name)
      const given = inputs[1] && graph.constants.get(inputs[1].name)?.data.data
      const axes = given && AXES[Array.from(given, Number).join()]
      if (!rows || !axes) return copyNode(lowered)
      const { tensor } = withoutGaps(rows)
      const key = `${inputs[0]!.name} ${axes.join()}`
      const sum =
        sums.get(key) ?? (axes.length === 2 ? sumOfRows(tensor) : reduceSum(tensor, { axes }))
      sums.set(key, sum)
      const result = isMean ? div(sum, countOver(tensor, axes)) : sum
      return [reshape(result, node.outputs[0]!.shape)]
    }
  return {
    ReduceSum: reduction(false),
    ReduceMean: reduction(true),
    GlobalAveragePool: (lowered) => {
      const rows = known.get(lowered.inputs[0]!.name)
      if (!rows) return copyNode(lowered)
      const mean = reduceMean(withoutGaps(rows).tensor, { axes: [0] })
      return [reshape(mean, lowered.node.outputs[0]!.shape)]
    },
  }
}

/** Axes of [batch, channels, height, width] that are summed over, as axes of rows. */
const AXES: Readonly<Record<string, readonly number[]>> = { '0,2,3': [0, 1], '2,3': [0] }

/** How many values a sum over these axes has. */
const countOver = (x: Tensor, axes: readonly number[]): Tensor => {
  const sizes = gather(apply(x.graph, 'Shape', [x]), ints(x.graph, axes))
  return reduceProd(cast(sizes, x.type))
}
