// Files of stored cases, in ../fixtures.
export const families: readonly string[] = [
  'pointwise',
  'reduce',
  'matmul',
  'shape',
  'indexing',
  'conv',
  'pool',
  'norm',
  'recurrent',
  'sums',
  'gru',
  'layers',
  'windows',
  'moves',
  'activations',
]
