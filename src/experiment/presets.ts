// Presets: good settings under one name. `fast` is the default: what a practitioner would want after three minutes on
// two cores. `article` is the network and optimiser of "Train your first Multimodal Learning Model" (2020), with words
// instead of characters and none of its defects.
import type {
  Experiment,
  ImageInputSettings,
  TableInputSettings,
  TextInputSettings,
} from './schema.ts'

export interface Preset {
  readonly image: Omit<ImageInputSettings, 'column' | 'kind'>
  readonly text: Omit<TextInputSettings, 'column' | 'kind' | 'vectors'>
  readonly table: Omit<TableInputSettings, 'fields' | 'kind'>
  readonly fusion: Experiment['fusion']['settings']
  readonly recipe: Experiment['fusion']['recipe']
  /** Least updates of branches that train by themselves: with fewer rows, batches are smaller. */
  readonly branchUpdates: number
  readonly priorBias: boolean
  readonly training: Experiment['training']
}

const article: Preset = {
  image: {
    width: 75,
    height: 115,
    fit: 'fill',
    flip: false,
    encoder: { kind: 'conv', filters: [32, 64, 128, 128], units: 512, dropout: 0.3 },
  },
  text: {
    maxWords: 50_000,
    maxNgrams: 0,
    minCount: 2,
    encoder: { kind: 'lstm', units: [64, 64], dimensions: 100, dropout: 0.3 },
  },
  // The article has no table; this is what a table beside its two inputs would get.
  table: { encoder: { kind: 'mlp', units: [64, 32], dropout: 0.3 } },
  fusion: { kind: 'concat', units: [256, 128], dropout: 0.3 },
  recipe: 'joint',
  // 105 an epoch, as the article's 26,864 rows gave.
  branchUpdates: 2100,
  priorBias: false,
  training: {
    preset: 'article',
    epochs: 20,
    batch: 256,
    // A quarter of the batch at a time: the same result in a quarter of the memory.
    microBatch: 64,
    learningRate: 1e-3,
    optimiser: { kind: 'adam', epsilon: 1e-7, weightDecay: 0 },
    schedule: { kind: 'inverse-time', decay: 1e-5 },
    patience: 5,
    modalityDropout: 0,
    auxiliary: 0,
    monitor: 'loss',
    checkpointEvery: 50,
  },
}

/**
 * Gain of the linear text part: steps of 3.3 * labels at learning rate 1 (found on validation rows; between 1 and 6 the
 * scores hardly change). Adam does worse here by far: it gives rare words large steps.
 */
const LINEAR_GAIN = Math.sqrt(10 / 3)

const fast: Preset = {
  image: {
    width: 48,
    height: 72,
    fit: 'fill',
    flip: true,
    encoder: { kind: 'convnorm', filters: [32, 48, 96], dropout: 0.2 },
  },
  text: {
    maxWords: 20_000,
    // Word pairs and mean word vectors did not help on validation rows (docs/decisions/007-fast-preset.md).
    maxNgrams: 0,
    minCount: 2,
    // In Chinese a character says little and a pair is often a word; in scripts with spaces this changes nothing.
    unspaced: 'bigrams',
    encoder: {
      kind: 'bag',
      dimensions: 0,
      gain: LINEAR_GAIN,
      focus: 0.3,
      wordDropout: 0.1,
      dropout: 0.3,
    },
    training: {
      epochs: 10,
      learningRate: 1,
      optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true },
      patience: 10,
    },
  },
  table: {
    encoder: { kind: 'mlp', units: [64, 32], dropout: 0.2 },
    // Strong decay: a table has few features, and its dense layers learn rows by heart otherwise.
    training: {
      epochs: 15,
      learningRate: 3e-3,
      optimiser: { kind: 'adam', epsilon: 1e-8, weightDecay: 1 },
      patience: 8,
    },
  },
  fusion: { kind: 'sum' },
  recipe: 'staged',
  branchUpdates: 0,
  priorBias: true,
  training: {
    preset: 'fast',
    epochs: 12,
    batch: 64,
    microBatch: 256,
    learningRate: 3e-3,
    optimiser: { kind: 'adam', epsilon: 1e-8, weightDecay: 0 },
    schedule: { kind: 'cosine', warmUp: 0.05, floor: 0.01 },
    patience: 6,
    monitor: 'ranking',
    modalityDropout: 0.1,
    auxiliary: 0.5,
    checkpointEvery: 200,
  },
}

export const presets = { fast, article } as const satisfies Record<string, Preset>

export type PresetName = keyof typeof presets
