// Inputs that say how an operator works rather than what it works on: shapes, axes, bounds. They are needed as numbers
// while the graph is built, so a weight in such a place is a constant and never a parameter.
const places: Readonly<Record<string, readonly number[]>> = {
  CastLike: [1],
  Clip: [1, 2],
  ConstantOfShape: [0],
  CumSum: [1],
  Dropout: [1, 2],
  Expand: [1],
  OneHot: [1],
  Pad: [1, 2, 3],
  Range: [0, 1, 2],
  ReduceL1: [1],
  ReduceL2: [1],
  ReduceLogSum: [1],
  ReduceLogSumExp: [1],
  ReduceMax: [1],
  ReduceMean: [1],
  ReduceMin: [1],
  ReduceProd: [1],
  ReduceSum: [1],
  ReduceSumSquare: [1],
  Reshape: [1],
  Resize: [1, 2, 3],
  Shape: [0],
  Size: [0],
  Slice: [1, 2, 3, 4],
  Split: [1],
  Squeeze: [1],
  Tile: [1],
  TopK: [1],
  Trilu: [1],
  Unsqueeze: [1],
  Upsample: [1],
}

export const staticInputs = (op: string): readonly number[] =>
  Object.hasOwn(places, op) ? places[op]! : []
