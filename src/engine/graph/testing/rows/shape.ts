// Moving values around.
import * as F from '../../functions.ts'
import { apply, ints } from '../../graph.ts'
import { row, rowsOf } from '../rows.ts'

import type { OpName } from '../../ops/index.ts'
import type { Build, Coverage } from '../rows.ts'

const batched = { batched: ['x'] } as const

const reshape =
  (...target: readonly number[]): Build =>
  ({ x }) =>
    apply(x!.graph, 'Reshape', [x, ints(x!.graph, target)])

const expand =
  (...target: readonly number[]): Build =>
  ({ x }) =>
    apply(x!.graph, 'Expand', [x, ints(x!.graph, target)])

const axis1 = (start: number, end: number, step = 1): Build => {
  return ({ x }) => F.slice(x!, [{ axis: 1, start, end, step }])
}

export const shape = {
  Reshape: [
    row('Reshape/plain', reshape(3, 4)),
    row('Reshape/inferred', reshape(0, -1), batched),
    row('Reshape/nothing', ({ x }) => F.reshape(x!, [3, 0, 2])),
    row('Reshape/merged', reshape(-1, 2), batched),
  ],
  Transpose: [
    row('Transpose/perm', ({ x }) => F.transpose(x!, [2, 0, 1]), batched),
    row('Transpose/reversed', ({ x }) => apply(x!.graph, 'Transpose', [x]), batched),
  ],
  Unsqueeze: [
    row('Unsqueeze/two', ({ x }) => F.unsqueeze(x!, [3, 1]), batched),
    row('Unsqueeze/from the end', ({ x }) => F.unsqueeze(x!, [-1]), batched),
  ],
  Squeeze: [
    row('Squeeze/two', ({ x }) => F.squeeze(x!, [3, 1]), batched),
    row('Squeeze/from the end', ({ x }) => F.squeeze(x!, [-1]), batched),
  ],
  Concat: [
    row('Concat/second axis', ({ a, b, c }) => F.concat([a!, b!, c!], 1), {
      batched: ['a', 'b', 'c'],
    }),
    row('Concat/last axis', ({ a, b }) => F.concat([a!, b!], -1), { batched: ['a', 'b'] }),
    row('Concat/with itself', ({ x }) => F.concat([x!, x!], 1), batched),
    row('Concat/nothing', ({ a, b }) => F.concat([a!, b!], 1)),
  ],
  Slice: [
    ...rowsOf(
      'Slice',
      {
        middle: axis1(1, 3),
        'from the end': axis1(-3, -1),
        beyond: axis1(2, Number.MAX_SAFE_INTEGER),
        'two axes': ({ x }) =>
          F.slice(x!, [
            { axis: 1, start: 1, end: 2 },
            { axis: 2, start: 0, end: 3 },
          ]),
      },
      batched,
    ),
    row('Slice/empty', axis1(2, 2)),
    row('Slice/every second', axis1(0, 5, 2), batched),
    row('Slice/every third, cut', axis1(1, 6, 3), batched),
    row('Slice/backwards', ({ x }) => F.flip(x!, 1), batched),
    row('Slice/backwards, every second', axis1(4, 0, -2), batched),
    row('Slice/steps on two axes', ({ x }) =>
      F.slice(x!, [
        { axis: 1, start: -1, end: -6, step: -3 },
        { axis: 2, start: 1, end: 4, step: 2 },
      ]),
    ),
    row('Slice/nothing, with steps', axis1(3, 1, 2)),
    row('Slice/step', axis1(0, 5, 2)),
  ],
  Split: [
    row('Split/uneven', ({ x }) => F.split(x!, [1, 3, 2], 1), batched),
    row('Split/one used', ({ x }) => F.split(x!, [1, 3, 2], -1)[1]!, batched),
  ],
  Pad: [
    row('Pad/both sides', ({ x }) => F.pad(x!, [0, 0, 1, 0, 1, 2]), batched),
    ...rowsOf(
      'Pad',
      {
        reflect: ({ x }) => F.pad(x!, [0, 0, 2, 1, 0, 0, 1, 2], 'reflect'),
        edge: ({ x }) => F.pad(x!, [0, 0, 2, 0, 0, 0, 1, 3], 'edge'),
        wrap: ({ x }) => F.pad(x!, [0, 0, 2, 1, 0, 0, 1, 0], 'wrap'),
        'edge of one value': ({ x }) => F.pad(x!, [0, 2, 0, 1], 'edge'),
      },
      batched,
    ),
    row('Pad/shift', ({ x }) => F.pad(x!, [0, 1, 0, -1]), batched),
  ],
  Tile: rowsOf(
    'Tile',
    {
      'two axes': ({ x }) => F.tile(x!, [1, 2, 3]),
      'no axis': ({ x }) => F.tile(x!, [1, 1]),
      'first axis': ({ x }) => F.tile(x!, [3, 1]),
      'no time': ({ x }) => F.tile(x!, [1, 0]),
    },
    batched,
  ),
  ReverseSequence: [
    row('ReverseSequence/ragged', ({ x, lengths }) => F.reverseSequence(x!, lengths!)),
    row(
      'ReverseSequence/batch first',
      ({ x, lengths }) =>
        apply(x!.graph, 'ReverseSequence', [x, lengths], {
          attributes: { batch_axis: 0, time_axis: 1 },
        }),
      { batched: ['x', 'lengths'] },
    ),
  ],
  Shape: [row('Shape/plain', ({ x }) => apply(x!.graph, 'Shape', [x]))],
  Expand: [
    row('Expand/new axes', expand(2, 3, 4)),
    row('Expand/one sided', expand(2, 3)),
    row('Expand/smaller target', expand(1, 3)),
  ],
} satisfies Partial<Record<OpName, Coverage>>
