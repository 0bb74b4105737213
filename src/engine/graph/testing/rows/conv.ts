// Convolution and its transpose. The weight gradient is a composite with two lowerings: patches (shared with the forward
// product from 16 channels on) and a convolution with swapped axes.
import * as F from '../../functions.ts'
import { apply } from '../../graph.ts'
import { row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Attributes } from '../../types.ts'
import type { Build, Coverage } from '../rows.ts'

const batched = { batched: ['x'] } as const

const conv =
  (options: F.ConvOptions = {}): Build =>
  ({ x, w, b }) =>
    F.conv(x!, w!, { ...options, ...(b && { bias: b }) })

const transposed =
  (attributes: Attributes = {}): Build =>
  ({ x, w, b }) =>
    apply(x!.graph, 'ConvTranspose', b ? [x, w, b] : [x, w], { attributes })

const automatic =
  (extra: 'end' | 'begin', strides: readonly number[], dilations = strides.map(() => 1)): Build =>
  ({ x, w }) => {
    const kernel = w!.shape.slice(2).map(Number)
    const pads = F.samePads(x!, { kernel, strides, dilations, extra })
    return F.conv(x!, w!, { strides, dilations, pads })
  }

const same = [1, 1, 1, 1]

export const conv2d = {
  Conv: [
    row('Conv/1x1', conv(), batched),
    row('Conv/3x3', conv(), batched),
    row('Conv/same', conv({ pads: same }), batched),
    row('Conv/uneven pads', conv({ pads: [0, 1, 2, 0] })),
    row('Conv/wide pads', conv({ pads: [3, 2, 2, 3] })),
    row('Conv/stride', conv({ strides: [2, 2] }), batched),
    row('Conv/stride and pads', conv({ strides: [2, 3], pads: [1, 1, 0, 2] }), batched),
    row('Conv/stride over gaps', conv({ strides: [3, 3] })),
    row('Conv/dilation', conv({ dilations: [2, 1] })),
    row(
      'Conv/dilation, stride, pads',
      conv({ strides: [2, 1], dilations: [1, 2], pads: same }),
      batched,
    ),
    row('Conv/groups', conv({ group: 2 })),
    row('Conv/depthwise', conv({ group: 3, pads: same }), batched),
    row('Conv/groups, stride, pads', conv({ group: 2, strides: [2, 2], pads: [1, 0, 1, 1] })),
    row('Conv/whole input', conv()),
    row('Conv/one dimension', conv({ strides: [2], pads: [1, 0] })),
    row('Conv/one dimension, plain', conv()),
    ...rowsOf(
      'Conv',
      {
        'same, end': automatic('end', [2, 2]),
        'same, begin': automatic('begin', [2, 1]),
        'one dimension, same, dilated': automatic('end', [1], [2]),
        'depthwise, multiplier, stride': conv({ group: 2, strides: [2, 2], pads: [0, 1, 1, 0] }),
        'one dimension, depthwise': conv({ group: 3, pads: [2, 0] }),
        'groups, dilation, pads': conv({ group: 2, dilations: [2, 1], pads: [2, 1, 1, 0] }),
        'one by one, stride': conv({ strides: [2, 2] }),
      },
      batched,
    ),
    row('Conv/no row', conv({ pads: same }), batched),
    row('Conv/patches', conv({ pads: same }), batched),
    row('Conv/patches, no bias, 2x1', conv({ pads: [0, 0, 1, 0] })),
    row('Conv/two share patches', ({ x, v, w }) => F.mul(F.conv(x!, v!), F.conv(x!, w!)), batched),
    row('Conv/two kernels on one input', ({ x, v, w }) => {
      const cut = [2, 3].map((axis) => ({ axis, start: 1, end: 3 }))
      return F.mul(F.slice(F.conv(x!, v!), cut), F.conv(x!, w!))
    }),
    row('Conv/chain', ({ x, v, w }) => F.conv(F.tanh(F.conv(x!, v!)), w!, { pads: same }), batched),
  ],
  ConvTranspose: [
    row('ConvTranspose/plain', transposed(), batched),
    row('ConvTranspose/stride', transposed({ strides: [2, 3] }), batched),
    row('ConvTranspose/pads', transposed({ strides: [2, 2], pads: same })),
    row('ConvTranspose/output padding', transposed({ strides: [2, 2], output_padding: [1, 1] })),
    row(
      'ConvTranspose/pads, output padding',
      transposed({ strides: [2, 2], pads: same, output_padding: [1, 1] }),
    ),
    row('ConvTranspose/dilation', transposed({ strides: [1, 2], dilations: [2, 1] })),
    ...rowsOf(
      'ConvTranspose',
      {
        'one dimension': transposed({ strides: [3], pads: [1, 0] }),
        'uneven pads, bias': transposed({ strides: [2, 1], pads: [0, 1, 1, 2] }),
        'groups, dilation, pads': transposed({
          group: 2,
          strides: [2, 2],
          dilations: [1, 2],
          pads: [1, 0, 0, 1],
        }),
        depthwise: ({ x, w, b }) =>
          F.convTranspose(x!, w!, {
            bias: b!,
            group: 3,
            strides: [2, 2],
            pads: same,
            outputPadding: [1, 1],
          }),
      },
      batched,
    ),
    row('ConvTranspose/groups', transposed({ strides: [2, 2], group: 2 })),
  ],
  ConvWeightGrad: { coveredBy: 'Conv', why: 'it is the gradient of the weights' },
} satisfies Partial<Record<OpName, Coverage>>
