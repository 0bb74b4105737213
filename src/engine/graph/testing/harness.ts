// One call checks one row: values and gradients against PyTorch in float64, gradients against finite differences,
// repeatability, shapes, a symbolic batch, and that asking for one gradient alone gives the same.
import { expect } from 'vitest'

import { randomStream } from '../../../base/rng.ts'
import { differentiate } from '../autodiff.ts'
import * as F from '../functions.ts'
import { createGraph, input, named } from '../graph.ts'
import { cpu } from '../lowering/cpu.ts'
import { lower } from '../lowering/lower.ts'
import { difference, expectClose } from './close.ts'
import { numbersFrom, projection, tensorFrom, typeOf } from './fixtures.ts'
import { openProgram } from './run.ts'

import type { TensorData } from '../../../base/arrays.ts'
import type { Session } from '../../runtime/session.ts'
import type { Program } from '../lowering/lower.ts'
import type { Tensor } from '../types.ts'
import type { Tolerance } from './close.ts'
import type { FloatType, StoredCase } from './fixtures.ts'
import type { Feeds } from './run.ts'
import type { HarnessRow } from './rows.ts'

/** Operators whose CPU kernels ONNX Runtime has for float32 only (facts/engine.md, section 4). */
const FLOAT32_ONLY = new Set(
  'LeakyRelu Conv ConvTranspose AveragePool GlobalAveragePool GlobalMaxPool InstanceNormalization LSTM GRU Erf Elu Softplus Resize Selu Gelu HardSigmoid HardSwish Softsign Mish PRelu'.split(
    ' ',
  ),
)
/** Sums over many products, in another order than the reference. */
const LONG_SUMS = /^(Conv|ConvTranspose|Lstm|LSTM|Gru|GRU|\w*Pool|\w*Norm\w*)\//

const GOLDEN: Readonly<Record<FloatType | 'long', Tolerance>> = {
  float32: { rtol: 1e-4, atol: 1e-5 },
  long: { rtol: 1e-3, atol: 1e-5 },
  // Not closer, because ONNX attributes such as epsilon are float32.
  float64: { rtol: 1e-7, atol: 1e-8 },
}

/** Central differences: step and tolerance. */
const DIFFERENCES: Readonly<Record<FloatType, Tolerance & { readonly step: number }>> = {
  float32: { step: 1e-2, rtol: 2e-2, atol: 2e-3 },
  float64: { step: 1e-6, rtol: 1e-5, atol: 1e-7 },
}
const DIRECTIONS: Readonly<Record<FloatType, number>> = { float32: 10, float64: 4 }
/** Single coordinates per input, besides the random directions. */
const MAX_COORDINATES = 6

export interface BuiltRow {
  readonly program: Program
  readonly outputs: readonly Tensor[]
  readonly cotangents: readonly Tensor[]
  readonly wanted: readonly string[]
}

/** Outputs, the projected sum `total`, `gradient/<input>` together and `alone/<input>` one by one. */
export const buildRow = (
  { build, cotangents: count, batched = [] }: HarnessRow,
  stored: StoredCase,
  float: FloatType,
): BuiltRow => {
  const graph = createGraph('row')
  const inputs = Object.fromEntries(
    Object.entries(stored.inputs).map(([name, value]) => {
      // Open batches in one type and fixed ones in the other cover both.
      const isOpen = float === 'float32' && batched.includes(name)
      const shape = isOpen ? ['batch', ...value.shape.slice(1)] : value.shape
      return [name, input(graph, name, typeOf(value, float), shape)]
    }),
  )
  const made = build(inputs)
  const outputs = 'graph' in made ? [made] : made
  const results = outputs.map((tensor, k) => named(tensor, `output/${k}`))
  const wanted = Object.keys(stored.gradients)
  if (wanted.length === 0) {
    return { program: { graph, outputs: results }, outputs: results, cotangents: [], wanted }
  }
  const projected = outputs
    .slice(0, count)
    .map((tensor, k) => ({ tensor, u: input(graph, `u/${k}`, tensor.type, tensor.shape) }))
  const total = projected
    .map(({ tensor, u }) => F.reduceSum(F.mul(tensor, u)))
    .reduce((a, b) => F.add(a, b))
  const tensors = wanted.map((name) => inputs[name]!)
  const gradients = differentiate(total, tensors).map((tensor, index) =>
    named(tensor, `gradient/${wanted[index]!}`),
  )
  const alone = tensors.map((tensor, index) =>
    named(differentiate(total, [tensor])[0]!, `alone/${wanted[index]!}`),
  )
  return {
    program: { graph, outputs: [...results, named(total, 'total'), ...gradients, ...alone] },
    outputs: results,
    cotangents: projected.map(({ u }) => u),
    wanted,
  }
}

const floats = (float: FloatType, shape: readonly number[], values: Float64Array): TensorData => ({
  type: float,
  shape,
  data: float === 'float64' ? values : Float32Array.from(values),
})

export const feedsOf = (
  stored: StoredCase,
  { cotangents }: BuiltRow,
  {
    float,
    u,
  }: { readonly float: FloatType; readonly u: (length: number, k: number) => Float64Array },
): Record<string, TensorData> => ({
  ...Object.fromEntries(
    Object.entries(stored.inputs).map(([name, value]) => [name, tensorFrom(value, float)]),
  ),
  ...Object.fromEntries(
    cotangents.map(({ name }, k) => {
      const { shape, values } = stored.outputs[k]!
      return [name, floats(float, shape, u(values.length, k))]
    }),
  ),
})

type Results = Readonly<Record<string, TensorData>>

const numbers = (tensor: TensorData): ArrayLike<number | bigint> => tensor.data

const checkGolden = (
  stored: StoredCase,
  { outputs, wanted }: BuiltRow,
  { results, tolerance }: { readonly results: Results; readonly tolerance: Tolerance },
): void => {
  outputs.forEach(({ name }, k) => {
    const expected = stored.outputs[k]!
    expect(results[name]!.shape, `shape of ${name}`).toEqual(expected.shape)
    expectClose(numbers(results[name]!), numbersFrom(expected.values), tolerance, name)
  })
  for (const name of wanted) {
    const found = results[`gradient/${name}`]!
    expect(found.shape, `shape of gradient/${name}`).toEqual(stored.inputs[name]!.shape)
    const expected = numbersFrom(stored.gradients[name]!)
    expectClose(numbers(found), expected, tolerance, `gradient/${name}`)
    // A device may compute the same thing in another way when less of it is wanted.
    expectClose(numbers(results[`alone/${name}`]!), expected, tolerance, `alone/${name}`)
  }
}

const isFinite = ({ gradients }: StoredCase): boolean =>
  Object.values(gradients).every((values) => values.every((value) => typeof value === 'number'))

/** The slope of `total` along `direction`, by central differences, against the gradient's. */
const checkDirection = async (
  session: Session,
  feeds: Feeds,
  {
    float,
    direction,
    gradients,
  }: {
    readonly float: FloatType
    readonly direction: ReadonlyMap<string, Float64Array>
    readonly gradients: Results
  },
): Promise<void> => {
  const { step, ...tolerance } = DIFFERENCES[float]
  const totalAt = async (distance: number): Promise<number> => {
    const moved = [...direction].map(([name, along]) => {
      const { data, shape } = feeds[name]!
      const values = Float64Array.from(along, (v, index) => Number(data[index]) + distance * v)
      return [name, floats(float, shape, values)] as const
    })
    const { total } = await session.run({ ...feeds, ...Object.fromEntries(moved) })
    return Number(total!.data[0])
  }
  const numeric = ((await totalAt(step)) - (await totalAt(-step))) / (2 * step)
  const analytic = [...direction]
    .flatMap(([name, along]) =>
      Array.from(along, (v, index) => v * Number(gradients[`gradient/${name}`]!.data[index])),
    )
    .reduce((a, b) => a + b, 0)
  expectClose([analytic], [numeric], tolerance, `slope along ${[...direction.keys()].join(', ')}`)
}

const checkDifferences = async (
  session: Session,
  stored: StoredCase,
  { built, float }: { readonly built: BuiltRow; readonly float: FloatType },
): Promise<void> => {
  const random = randomStream(1, 'directions')
  const between = (length: number, a: number, b: number): Float64Array =>
    Float64Array.from(random.uniform(length, a, b), (value) => 2 * value - 1)
  for (let index = 0; index < DIRECTIONS[float]; index++) {
    const feeds = feedsOf(stored, built, { float, u: (length, k) => between(length, index, k) })
    const gradients = await session.run(feeds)
    const direction = new Map(
      built.wanted.map((name, place) => [
        name,
        between(stored.inputs[name]!.values.length, index, 100 + place),
      ]),
    )
    await checkDirection(session, feeds, { float, direction, gradients })
  }
  if (float === 'float32') return
  const feeds = feedsOf(stored, built, { float, u: projection })
  const gradients = await session.run(feeds)
  for (const name of built.wanted) {
    const { length } = stored.inputs[name]!.values
    const stride = Math.max(1, Math.floor(length / MAX_COORDINATES))
    for (let place = 0; place < length; place += stride) {
      const along = Float64Array.from({ length }, (_, index) => (index === place ? 1 : 0))
      await checkDirection(session, feeds, {
        float,
        direction: new Map([[name, along]]),
        gradients,
      })
    }
  }
}

const checkAs = async (row: HarnessRow, stored: StoredCase, float: FloatType): Promise<void> => {
  const built = buildRow(row, stored, float)
  const feeds = feedsOf(stored, built, { float, u: projection })
  const session = await openProgram(built.program)
  try {
    const results = await session.run(feeds)
    const long = float === 'float32' && LONG_SUMS.test(row.name)
    checkGolden(stored, built, { results, tolerance: GOLDEN[long ? 'long' : float] })
    expect(await session.run(feeds), 'the same once more').toEqual(results)
    if (built.wanted.length === 0 || !isFinite(stored)) return
    const silent = feedsOf(stored, built, { float, u: (length) => new Float64Array(length) })
    const zeros = await session.run(silent)
    for (const name of built.wanted) {
      const gradient = zeros[`gradient/${name}`]!
      const nothing = { rtol: 0, atol: 0 }
      const found = difference(gradient.data, new Float64Array(gradient.data.length), nothing)
      expect(found, `gradient/${name} of a zero cotangent`).toBeUndefined()
    }
    // What runs in float64 is checked there, where differences are sharp.
    if (row.atKink) return
    if (float === 'float64' || !runsInFloat64(built.program)) {
      await checkDifferences(session, stored, { built, float })
    }
  } finally {
    await session.close()
  }
}

const runsInFloat64 = (program: Program): boolean =>
  lower(program, cpu).graph.nodes.every(({ op }) => !FLOAT32_ONLY.has(op))

/** Everything that can be said about one row. */
export const checkRow = async (row: HarnessRow, stored: StoredCase): Promise<void> => {
  await checkAs(row, stored, 'float32')
  const hasFloats = Object.values(stored.inputs).some(({ type }) => type === 'float')
  const built = buildRow(row, stored, 'float32')
  if (hasFloats && runsInFloat64(built.program)) await checkAs(row, stored, 'float64')
}
