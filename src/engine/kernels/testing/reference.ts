// Convolutions as plain loops in double precision, on rows of pixels [pixels, batch, channels]: what kernels are compared with.
import type { RandomStream } from '../../../base/rng.ts'
import type { WindowSizes } from '../convolution/sizes.ts'

/** Every product of a convolution: where its value of x, its weight and its result lie. */
const forEachProduct = (
  sizes: Omit<WindowSizes, 'parts'>,
  visit: (x: number, tap: number, y: number) => void,
): void => {
  const { height, width, batch, channels, filters, kernel, strides, dilations, pads, output } =
    sizes
  for (let pixel = 0; pixel < output[0] * output[1]; pixel++)
    for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
      const down = Math.floor(pixel / output[1]) * strides[0] + Math.floor(tap / kernel[1]) * dilations[0] - pads[0] // prettier-ignore
      const across = (pixel % output[1]) * strides[1] + (tap % kernel[1]) * dilations[1] - pads[1]
      if (down < 0 || across < 0 || down >= height || across >= width) continue
      for (let image = 0; image < batch; image++)
        for (let channel = 0; channel < channels; channel++)
          for (let filter = 0; filter < filters; filter++)
            visit(
              ((down * width + across) * batch + image) * channels + channel,
              (tap * channels + channel) * filters + filter,
              (pixel * batch + image) * filters + filter,
            )
    }
}

/** [pixels of the result, batch, filters] */
export const convolution = (
  sizes: Omit<WindowSizes, 'parts'>,
  x: Float32Array,
  taps: Float32Array,
): Float64Array => {
  const y = new Float64Array(sizes.output[0] * sizes.output[1] * sizes.batch * sizes.filters)
  forEachProduct(sizes, (from, tap, to) => {
    y[to]! += x[from]! * taps[tap]!
  })
  return y
}

/** Gradients of the input and of the taps. */
export const convolutionGradients = (
  sizes: Omit<WindowSizes, 'parts'>,
  {
    x,
    taps,
    dy,
  }: { readonly x: Float32Array; readonly taps: Float32Array; readonly dy: ArrayLike<number> },
): { readonly dx: Float64Array; readonly dTaps: Float64Array } => {
  const [dx, dTaps] = [new Float64Array(x.length), new Float64Array(taps.length)]
  forEachProduct(sizes, (from, tap, to) => {
    dx[from]! += dy[to]! * taps[tap]!
    dTaps[tap]! += dy[to]! * x[from]!
  })
  return { dx, dTaps }
}

/** The largest difference, in units of the largest number. */
export const difference = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  if (found.length !== expected.length) return Infinity
  let [most, largest] = [0, 0]
  for (let index = 0; index < expected.length; index++) {
    const apart = Math.abs(found[index]! - expected[index]!)
    if (Number.isNaN(apart)) return NaN
    most = Math.max(most, apart)
    largest = Math.max(largest, Math.abs(expected[index]!))
  }
  return most / largest
}

/** What the parts of a batch gave, added up. */
export const sumOfParts = (values: Float32Array, parts: number): Float64Array => {
  const length = values.length / parts
  return Float64Array.from({ length }, (_, index) => {
    let sum = 0
    for (let part = 0; part < parts; part++) sum += values[part * length + index]!
    return sum
  })
}

/** taps [kernel, channels, filters] -> [kernel, filters, channels] */
export const turned = (taps: Float32Array, channels: number, filters: number): Float32Array =>
  Float32Array.from(taps, (_, index) => {
    const tap = Math.floor(index / (channels * filters))
    const [filter, channel] = [Math.floor(index / channels) % filters, index % channels]
    return taps[(tap * channels + channel) * filters + filter]!
  })

/** x [pixels, batch, channels] -> [batch, pixels, channels], or [batch, channels, pixels] */
export const asImages = (
  x: Float32Array,
  [pixels, batch, channels]: readonly [number, number, number],
  order: 'channels first' | 'channels last',
): Float32Array => {
  const images = new Float32Array(x.length)
  const steps = order === 'channels first' ? [1, pixels] : [channels, 1]
  for (const [index, value] of x.entries()) {
    const [channel, image] = [index % channels, Math.floor(index / channels) % batch]
    const pixel = Math.floor(index / (batch * channels))
    images[image * pixels * channels + pixel * steps[0]! + channel * steps[1]!] = value
  }
  return images
}

/** Random x [pixels, batch, channels], taps [kernel, channels, filters] and dy [pixels of the result, batch, filters]. */
export const convInputs = (
  random: RandomStream,
  { height, width, batch, channels, filters, kernel, output }: Omit<WindowSizes, 'parts'>,
) => ({
  x: random.normal(height * width * batch * channels, 1),
  taps: random.normal(kernel[0] * kernel[1] * channels * filters, 2),
  dy: random.normal(output[0] * output[1] * batch * filters, 3),
})
