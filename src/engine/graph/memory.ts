// How much memory one run of a program takes, from its shapes alone. A runtime takes somewhat more (packed matrices, gaps between
// blocks) or less (results in place of what they are made from).
import { dataTypes } from '../../base/arrays.ts'
import { avx512 } from './lowering/avx512/index.ts'
import { PARTS } from './lowering/avx512/node.ts'
import { cpu } from './lowering/cpu.ts'
import { lower, readBy } from './lowering/lower.ts'
import { fusePointwise } from './passes/fuse-pointwise.ts'

import type { Program } from './lowering/lower.ts'
import type { Sizes } from './lowering/unroll.ts'
import type { Dimension, Tensor } from './types.ts'

export interface MemoryUse {
  /** Bytes of all inputs together. */
  readonly inputs: number
  /** Most bytes of constants and results that are alive at once. */
  readonly results: number
}

/** Operators whose output is their first input under another shape. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity']) // prettier-ignore

const sizeOfDimension = (dimension: Dimension, sizes: Sizes): number =>
  typeof dimension === 'number'
    ? dimension
    : dimension.split('*').reduce((size, factor) => size * (sizes[factor] ?? Number(factor)), 1)

const bytesOf = ({ name, type, shape }: Tensor, sizes: Sizes): number => {
  const bytes = shape.reduce<number>(
    (product, dimension) => product * sizeOfDimension(dimension, sizes),
    dataTypes[type].BYTES_PER_ELEMENT,
  )
  if (Number.isNaN(bytes)) throw new TypeError(`${name} has a dimension of unknown size`)
  return bytes
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** For each node the tensors that it makes, and those that nobody reads after it. */
const livesOf = ({ graph, outputs }: Program): readonly { made: Tensor[]; last: Tensor[] }[] => {
  const viewed = new Map<string, Tensor>()
  const bufferOf = (tensor: Tensor): string => (viewed.get(tensor.name) ?? tensor).name
  const lastRead = new Map<string, number>()
  graph.nodes.forEach((node, index) => {
    const [source] = node.inputs
    if (VIEWS.has(node.op) && source)
      viewed.set(node.outputs[0]!.name, viewed.get(source.name) ?? source)
    for (const tensor of readBy(node)) lastRead.set(bufferOf(tensor), index)
  })
  for (const tensor of outputs) lastRead.set(bufferOf(tensor), Infinity)
  const lives = graph.nodes.map(({ outputs: made }) => ({
    made: made.filter(({ name }) => !viewed.has(name)),
    last: [] as Tensor[],
  }))
  lives.forEach(({ made }, index) => {
    for (const tensor of made) lives[lastRead.get(tensor.name) ?? index]?.last.push(tensor)
  })
  return lives
}

/**
 * What a program takes on the CPU, for any sizes of its named dimensions.
 *
 * @param hasKernels - whether the CPU runs Medley's own kernels, which need less: less stands between them
 * @throws TypeError about a named dimension that has no size
 */
export const memoryOf = (program: Program, hasKernels = false): ((sizes: Sizes) => MemoryUse) => {
  const lowered = hasKernels ? fusePointwise(lower(program, avx512(1))) : lower(program, cpu)
  const { graph } = lowered
  const constants = [...graph.constants.values()].map(({ tensor }) => tensor)
  const lives = livesOf(lowered)
  return (sizes) => {
    const all = { ...sizes, [PARTS]: 1 }
    const bytes = (tensors: readonly Tensor[]): number =>
      sum(tensors.map((tensor) => bytesOf(tensor, all)))
    let alive = bytes(constants)
    let results = alive
    for (const { made, last } of lives) {
      alive += bytes(made)
      results = Math.max(results, alive)
      alive -= bytes(last)
    }
    return { inputs: bytes(graph.inputs), results }
  }
}
