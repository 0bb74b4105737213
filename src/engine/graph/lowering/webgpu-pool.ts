// Gradient of max-pooling without the positions of the winners, which ONNX Runtime's WebGPU kernel does not give: every
// place of a window is compared with its maximum, and the first that equals it takes the gradient, as in PyTorch.
import { add, pad, reshape, slice, unsqueeze } from '../functions.ts'
import { numbersOf } from '../attributes.ts'
import { apply, constant } from '../graph.ts'
import { float32 } from '../../../base/arrays.ts'
import { spatialSettings } from '../ops/conv.ts'
import { sharesOfMaxima } from './maxima.ts'

import type { Attributes, Tensor } from '../types.ts'
import type { Lowering } from './lower.ts'

interface Windows {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  /** Padding in front. */
  readonly begins: readonly number[]
  /** How many windows there are, per axis. */
  readonly counts: readonly number[]
  /** From the first value of the first window to the last value of the last one. */
  readonly reach: readonly number[]
}

const windowsOf = (attributes: Attributes, dy: Tensor): Windows => {
  const kernel = numbersOf(attributes, 'kernel_shape', [])
  const { strides, pads } = spatialSettings(attributes, kernel)
  const counts = dy.shape.slice(2).map(Number)
  return {
    kernel,
    strides,
    begins: pads.slice(0, kernel.length),
    counts,
    reach: counts.map((count, axis) => (count - 1) * strides[axis]! + kernel[axis]!),
  }
}

/** Every place inside a window: [0, 0], [0, 1], ... */
const placesIn = (kernel: readonly number[]): readonly (readonly number[])[] =>
  kernel.reduce<readonly (readonly number[])[]>(
    (places, size) =>
      places.flatMap((place) => [...Array(size).keys()].map((at) => [...place, at])),
    [[]],
  )

/** What `x` has at one place of every window; `padded` begins with the first window. */
const valuesAt = (padded: Tensor, place: readonly number[], windows: Windows): Tensor =>
  slice(
    padded,
    place.map((start, axis) => ({
      axis: axis + 2,
      start,
      end: start + (windows.counts[axis]! - 1) * windows.strides[axis]! + 1,
      step: windows.strides[axis]!,
    })),
  )

/** The first `sizes` values of the spatial axes, with zeros where there are fewer. */
const fitted = (x: Tensor, sizes: readonly number[]): Tensor => {
  const lengths = x.shape.slice(2).map(Number)
  const missing = sizes.map((size, axis) => Math.max(0, size - lengths[axis]!))
  const grown = pad(x, [0, 0, ...sizes.map(() => 0), 0, 0, ...missing])
  const cut = sizes.flatMap((size, axis) =>
    size < lengths[axis]! ? [{ axis: axis + 2, start: 0, end: size }] : [],
  )
  return cut.length > 0 ? slice(grown, cut) : grown
}

/** The inverse of `valuesAt`: shares [n, c, ...windows] with zeros between and around them. */
const spreadOut = (share: Tensor, place: readonly number[], windows: Windows): Tensor => {
  const { kernel, strides, counts } = windows
  const [batch, channels] = share.shape as [Tensor['shape'][0], Tensor['shape'][0]]
  const axes = kernel.map((_, axis) => 2 * axis + 3)
  const gaps = strides.flatMap((stride) => [0, stride - 1])
  const apart = pad(unsqueeze(share, axes), [0, 0, ...gaps.map(() => 0), 0, 0, ...gaps])
  const flat = reshape(apart, [
    batch,
    channels,
    ...counts.map((count, axis) => count * strides[axis]!),
  ])
  const rest = kernel.map((size, axis) => size - 1 - place[axis]!)
  return pad(flat, [0, 0, ...place, 0, 0, ...rest])
}

/** x with -infinity around it, from the first window on, as long as the windows reach. */
const padded = (x: Tensor, { begins, reach }: Windows): Tensor => {
  const sizes = x.shape.slice(2).map(Number)
  const ends = reach.map((length, axis) => Math.max(0, length - begins[axis]! - sizes[axis]!))
  if ([...begins, ...ends].every((size) => size === 0)) return x
  const lowest = constant(x.graph, 'lowest', float32([], [-3.4028234663852886e38]))
  const pads = constant(x.graph, 'pads', {
    type: 'int64',
    shape: [2 * x.shape.length],
    data: BigInt64Array.from([0, 0, ...begins, 0, 0, ...ends], BigInt),
  })
  return apply(x.graph, 'Pad', [x, pads, lowest])
}

/** dL/dx from dL/dy, where `y` is the pooled `x`. */
export const maxPoolGradient = (
  { x, y, dy }: { readonly x: Tensor; readonly y: Tensor; readonly dy: Tensor },
  attributes: Attributes,
): Tensor => {
  const windows = windowsOf(attributes, dy)
  const source = padded(x, windows)
  const places = placesIn(windows.kernel)
  const positions = places.map((place) => valuesAt(source, place, windows))
  const total = sharesOfMaxima(positions, y, dy)
    .map((share, index) => spreadOut(share, places[index]!, windows))
    .reduce((a, b) => add(a, b))
  const { begins } = windows
  const sizes = x.shape.slice(2).map(Number)
  const whole = fitted(
    total,
    sizes.map((size, axis) => size + begins[axis]!),
  )
  if (begins.every((size) => size === 0)) return whole
  return slice(
    whole,
    begins.map((start, axis) => ({ axis: axis + 2, start, end: start + sizes[axis]! })),
  )
}

export const maxPoolGrad: Lowering = ({ graph, node, inputs }) => {
  const [x, dy] = inputs as readonly [Tensor, Tensor]
  const y = apply(graph, 'MaxPool', [x], { attributes: node.attributes })
  return [maxPoolGradient({ x, y, dy }, node.attributes)]
}
