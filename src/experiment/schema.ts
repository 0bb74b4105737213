// An experiment as plain data: what to learn from, what to predict, with which network and how. A resolved experiment
// has no open questions; training it again repeats the run.
import * as z from 'zod'

import { tasks } from '../data/target/task.ts'
import {
  imageEncoderSettings,
  smallestSide,
  tableEncoderSettings,
  textEncoderSettings,
} from '../encoders/index.ts'
import { fusionSettings } from '../fusion/index.ts'
import { augmentSettings } from './augment.ts'
import { experimentErrors } from './errors.ts'
import { assertInputNames } from './input-names.ts'
import { pictureSettings } from './pictures.ts'
import { splitSettings } from './split.ts'

const labelFormat = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delimited'), delimiter: z.enum(['|', ';', ',']) }),
  z.strictObject({ kind: z.literal('json') }),
  z.strictObject({ kind: z.literal('python') }),
  z.strictObject({ kind: z.literal('records'), key: z.string() }),
  z.strictObject({ kind: z.literal('one-hot') }),
  z.strictObject({ kind: z.literal('single') }),
])

const optimiser = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('adam'),
    epsilon: z.number().positive().default(1e-8),
    weightDecay: z.number().min(0).default(0),
  }),
  z.strictObject({
    kind: z.literal('sgd'),
    momentum: z.number().min(0).lt(1).default(0.9),
    nesterov: z.boolean().default(true),
  }),
])

const schedule = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant') }),
  z.strictObject({ kind: z.literal('inverse-time'), decay: z.number().min(0) }),
  z.strictObject({
    kind: z.literal('cosine'),
    /** Share of all updates. */
    warmUp: z.number().min(0).lt(1).default(0.05),
    floor: z.number().min(0).max(1).default(0.01),
  }),
])

/**
 * What makes an epoch the best one on validation rows: a lower loss, or better ranking (macro ROC-AUC plus mAP; tasks without
 * a ranking go by the loss).
 */
const monitor = z.enum(['loss', 'ranking'])

/** Settings of an input's own stage in the staged recipe; what is not given is as in `training`. */
const branchTraining = z.strictObject({
  epochs: z.int().positive().optional(),
  batch: z.int().positive().optional(),
  learningRate: z.number().positive().optional(),
  optimiser: optimiser.optional(),
  schedule: schedule.optional(),
  patience: z.int().positive().optional(),
  monitor: monitor.optional(),
})

/** Larger pictures than this are a mistake in the settings. */
const MAX_SIDE = 2048

const imageSettings = z.strictObject({
  kind: z.literal('image'),
  column: z.string().min(1),
  /** Pixels. */
  width: z.int().min(8).max(MAX_SIDE),
  height: z.int().min(8).max(MAX_SIDE),
  fit: z.enum(['fill', 'cover']).default('fill'),
  /** Which pictures of a row count where it has several; the first when it is not given. */
  pictures: pictureSettings.optional(),
  ...augmentSettings,
  encoder: imageEncoderSettings,
  training: branchTraining.optional(),
})

const imageInput = imageSettings.superRefine((input, context) => {
  const least = smallestSide(input.encoder)
  for (const side of ['width', 'height'] as const)
    if (input[side] < least) {
      const message = `${input[side]} pixels are too few for the encoder ${input.encoder.kind}: expected at least ${least}`
      context.addIssue({ code: 'custom', path: [side], message })
    }
})

const textInput = z.strictObject({
  kind: z.literal('text'),
  column: z.string().min(1),
  /** Tokens per text; chosen from the training rows when it is not given. */
  length: z.int().positive().optional(),
  maxWords: z.int().positive().default(20_000),
  maxNgrams: z.int().min(0).default(0),
  minCount: z.int().positive().default(2),
  /** Most words of a group (2 when it is not given); groups count only with `maxNgrams`. */
  wordNgrams: z.union([z.literal(1), z.literal(2), z.literal(3)]).optional(),
  /** Whether capitals are small letters too (true when it is not given), and by the rules of Turkish and Azerbaijani. */
  lowerCase: z.union([z.boolean(), z.literal('turkish')]).optional(),
  /**
   * What scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) become: characters when it is not given, or
   * characters and pairs of them. Word groups make the pairs superfluous.
   */
  unspaced: z.enum(['characters', 'bigrams']).optional(),
  /** `none`, or the code of a language, such as `en`, whose stop words are left out; needs the package `stopword`. */
  stopWords: z.string().min(2).optional(),
  /** Words that more than this share of the training texts hold are left out. */
  maxDocumentShare: z.number().gt(0).max(1).optional(),
  /** A tokenizer.json that cuts texts in place of `lowerCase`, `unspaced` and `stopWords`; needs `@huggingface/tokenizers`. */
  tokenizer: z.string().optional(),
  /** A GloVe, word2vec or fastText file. */
  vectors: z.string().optional(),
  encoder: textEncoderSettings,
  training: branchTraining.optional(),
})

const tableInput = z.strictObject({
  kind: z.literal('table'),
  fields: z
    .array(
      z.strictObject({
        /** What predictions call it. */
        name: z.string().min(1),
        column: z.string().min(1),
        kind: z.enum(['number', 'category', 'boolean', 'date']),
      }),
    )
    .min(1),
  encoder: tableEncoderSettings,
  training: branchTraining.optional(),
})

const training = z.strictObject({
  preset: z.string().default('custom'),
  epochs: z.int().positive(),
  batch: z.int().positive(),
  /**
   * Rows that go through the network at once; a larger batch gathers gradients. Bounds the memory: where rows have several
   * pictures, it counts pictures.
   */
  microBatch: z.int().positive().default(256),
  learningRate: z.number().positive(),
  optimiser,
  schedule,
  clipNorm: z.number().positive().optional(),
  /** Epochs that are no better on validation rows before training stops. */
  patience: z.int().positive(),
  monitor: monitor.default('loss'),
  /** Share of the training rows of which one input is hidden, so that missing inputs are learned. */
  modalityDropout: z.number().min(0).lt(1).default(0),
  /**
   * Alpha of mixup, 0 for none: training rows are mixed in pairs, encodings and targets alike, by shares from
   * Beta(alpha, alpha). Pairs are of one micro-batch.
   */
  mixup: z.number().min(0).optional(),
  /** Weight of each branch's own loss, where the fusion has branches. */
  auxiliary: z.number().min(0).default(0),
  /** Updates between checkpoints inside an epoch; every epoch ends with one anyhow. */
  checkpointEvery: z.int().positive().default(200),
  /** Most replicas of the network that work on micro-batches beside each other; as many as threads by default. */
  replicas: z.int().positive().optional(),
  /** Most bytes that training may take: `microBatch` and `replicas` are lowered until it does. */
  memoryBytes: z.number().positive().optional(),
  /** Seconds after which training ends with the epoch that runs; not repeatable. */
  budgetSeconds: z.number().positive().optional(),
})

export const experimentSchema = z.strictObject({
  version: z.literal(1),
  data: z.strictObject({
    /** A file, a pattern of files, or a folder with a folder per class. */
    table: z.string().min(1),
    /** Which table of a database file. */
    name: z.string().optional(),
    /** SQL expression that keeps rows. */
    where: z.string().optional(),
    /** Folder that image paths start from; the table's own by default. */
    images: z.string().optional(),
    /**
     * Pictures at web addresses are fetched. A file cannot say where to, nor allow anything: servers that are not public have
     * to be named again by whoever fetches.
     */
    fetch: z.strictObject({ servers: z.array(z.string()).default([]) }).optional(),
    id: z.string().optional(),
    /** A column: how much each row counts in training. */
    weight: z.string().min(1).optional(),
    split: splitSettings,
  }),
  inputs: z.record(z.string(), z.discriminatedUnion('kind', [imageInput, textInput, tableInput])),
  target: z.strictObject({
    columns: z.array(z.string()).min(1),
    task: z.enum(tasks),
    format: labelFormat,
    /** Binary: what stands for no, then for yes. Ordinal: from low to high. Of the other tasks only multi-class has them. */
    classes: z.array(z.string()).optional(),
  }),
  fusion: z.strictObject({ recipe: z.enum(['joint', 'staged']), settings: fusionSettings }),
  /** Whether the output bias starts at the log-odds of the training prevalence. */
  priorBias: z.boolean().default(true),
  training,
  seed: z.int().min(0),
  threads: z.int().positive(),
})

export type Experiment = z.infer<typeof experimentSchema>
export type InputSettings = Experiment['inputs'][string]
export type ImageInputSettings = Extract<InputSettings, { kind: 'image' }>
export type TableInputSettings = Extract<InputSettings, { kind: 'table' }>
export type TextInputSettings = Extract<InputSettings, { kind: 'text' }>
export type TrainingSettings = Experiment['training']

/** The columns that an input reads. */
export const columnsOf = (input: InputSettings): readonly string[] =>
  input.kind === 'table' ? input.fields.map(({ column }) => column) : [input.column]

/** @throws experiment.invalid, naming the field; experiment.input-name */
export const parseExperiment = (value: unknown, file?: string): Experiment => {
  const parsed = experimentSchema.safeParse(value)
  if (parsed.success) {
    assertInputNames(parsed.data, file)
    return parsed.data
  }
  const issue = parsed.error.issues[0]
  const path = issue?.path.join('.') ?? ''
  const reason = issue?.message ?? 'unknown reason'
  throw experimentErrors.error('invalid', { path: path === '' ? '(top)' : path, reason }, { file })
}
