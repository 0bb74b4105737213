// Options that say what to learn from, shared by the commands that plan a training.
import { Option } from 'commander'

import { declareSplit, splitOf } from './split-options.ts'
import {
  anyNumber,
  augmentation,
  byteCount,
  duration,
  labelFormat,
  list,
  pictures,
  positiveNumber,
  size,
  wholeNumber,
} from './values.ts'

import type { Command } from 'commander'
import type { PlanOptions } from '../workflows/plan.ts'
import type { SplitFlags } from './split-options.ts'

export interface RoleFlags {
  readonly image?: readonly string[]
  readonly text?: readonly string[]
  readonly table?: string
  readonly where?: string
  readonly number?: readonly string[]
  readonly category?: readonly string[]
  readonly boolean?: readonly string[]
  readonly date?: readonly string[]
  readonly ignore?: readonly string[]
  readonly task?: NonNullable<PlanOptions['task']>
  readonly classes?: readonly string[]
  readonly labels?: readonly string[]
  readonly labelFormat?: NonNullable<PlanOptions['labelFormat']>
  readonly id?: string
  readonly weight?: string
  readonly split?: string
  readonly images?: string
}

export interface PlanFlags extends RoleFlags, SplitFlags {
  readonly preset?: NonNullable<PlanOptions['preset']>
  readonly recipe?: NonNullable<PlanOptions['recipe']>
  readonly epochs?: number
  readonly batch?: number
  readonly learningRate?: number
  readonly patience?: number
  readonly imageSize?: NonNullable<PlanOptions['imageSize']>
  readonly pictures?: NonNullable<PlanOptions['pictures']>
  readonly augment?: NonNullable<PlanOptions['augment']>
  readonly mixup?: number
  readonly vectors?: string
  readonly tokenizer?: string
  readonly keepCase?: true
  readonly stopWords?: string
  readonly wordNgrams?: '1' | '2' | '3'
  readonly seed?: number
  readonly threads?: number
  readonly budget?: number
  readonly memory?: number
}

type TextSettings = NonNullable<PlanOptions['textSettings']>

const PRESETS = ['fast', 'article'] as const satisfies readonly PlanOptions['preset'][]
const TASKS = [
  'multi-label',
  'multi-class',
  'binary',
  'ordinal',
  'regression',
] as const satisfies readonly PlanOptions['task'][]
const RECIPES = ['joint', 'staged'] as const satisfies readonly PlanOptions['recipe'][]

export const declareRoles = (command: Command): Command =>
  command
    .option(
      '--image <columns>',
      'columns with image paths, by comma (a name with commas in double quotes); "" for none',
      list,
    )
    .option('--text <columns>', 'columns with texts, by comma; "" for none', list)
    .option('--table <name>', 'which table of a database file')
    .option('--where <sql>', 'keep the rows for which this is true, such as "year > 1990"')
    .option('--number <columns>', 'columns with numbers to learn from; "" for none', list)
    .option('--category <columns>', 'columns with one of a few values; "" for none', list)
    .option('--boolean <columns>', 'columns with yes or no; "" for none', list)
    .option('--date <columns>', 'columns with dates or years; "" for none', list)
    .option('--ignore <columns>', 'columns that nothing is learned from', list)
    .option('--labels <columns>', 'the column to predict, or one column per label', list)
    .addOption(
      new Option('--task <name>', 'kind of answer (default: guessed from the column)').choices(
        TASKS,
      ),
    )
    .option('--classes <names>', 'the classes in order: NO,YES of a binary task, low to high', list)
    .option(
      '--label-format <format>',
      'how labels are written: | ; , json python single one-hot records:KEY',
      labelFormat,
    )
    .option('--id <column>', 'the column that names the rows')
    .option('--weight <column>', 'the column that says how much a row counts in training')
    .option('--split <column>', 'the column that says train, validation or test')
    .option('--images <folder>', "where image paths start (default: the table's folder)")

export const declarePlan = (command: Command): Command =>
  declareSplit(declareRoles(command))
    .addOption(
      new Option('--preset <name>', 'network and training (default: fast)').choices(PRESETS),
    )
    .addOption(
      new Option('--recipe <name>', 'all inputs at once, or one after the other').choices(RECIPES),
    )
    .option('--image-size <size>', 'pixels, such as 48x72', size)
    .option('--pictures <which>', 'of several per row: first, mean, or mean:N', pictures)
    .option(
      '--augment <kinds>',
      'change training pictures: flip, crop, colour, cutout, by comma; none for none',
      augmentation,
    )
    .option('--mixup <alpha>', 'mix training rows in pairs, such as 0.2; 0 for none', anyNumber)
    .option('--vectors <file>', 'pretrained word vectors: GloVe, word2vec or fastText')
    .option('--tokenizer <file>', 'cut texts into subwords by a tokenizer.json')
    .option('--keep-case', 'words with capitals are words of their own')
    .option('--stop-words <language>', 'leave out the stop words of a language, such as en')
    .addOption(
      new Option('--word-ngrams <n>', 'most words of a group that counts').choices(['1', '2', '3']),
    )
    .option('--epochs <n>', 'most epochs', wholeNumber(1))
    .option('--batch <n>', 'rows per update', wholeNumber(1))
    .option('--learning-rate <x>', 'highest learning rate', positiveNumber)
    .option('--patience <n>', 'epochs without progress before training stops', wholeNumber(1))
    .option('--budget <time>', 'stop after this time, such as 90s, 10m or 1h', duration)
    .option(
      '--memory <size>',
      'most that training may take, such as 2GB: fewer rows go through the network at once',
      byteCount,
    )
    .option('--seed <n>', 'same seed, same bits', wholeNumber(0))
    .option('--threads <n>', 'threads of the engine (default: all cores)', wholeNumber(1))

export const rolesOf = ({
  image,
  text,
  table,
  where,
  number,
  category,
  boolean,
  date,
  ignore,
  labels,
  task,
  classes,
  labelFormat: format,
  id,
  weight,
  split,
  images,
}: RoleFlags): PlanOptions => ({
  images: image,
  texts: text,
  tableName: table,
  where,
  numbers: number,
  categories: category,
  booleans: boolean,
  dates: date,
  ignored: ignore,
  labels,
  task,
  classes,
  labelFormat: format,
  id,
  weight,
  split,
  imageFolder: images,
})

const GROUPS = { 1: 1, 2: 2, 3: 3 } as const

const textSettingsOf = ({
  tokenizer,
  keepCase,
  stopWords,
  wordNgrams,
}: PlanFlags): TextSettings => ({
  tokenizer,
  lowerCase: keepCase === undefined ? undefined : false,
  stopWords,
  wordNgrams: wordNgrams === undefined ? undefined : GROUPS[wordNgrams],
})

export const planOf = (flags: PlanFlags): PlanOptions => ({
  ...rolesOf(flags),
  ...splitOf(flags),
  preset: flags.preset,
  recipe: flags.recipe,
  epochs: flags.epochs,
  batch: flags.batch,
  learningRate: flags.learningRate,
  patience: flags.patience,
  imageSize: flags.imageSize,
  pictures: flags.pictures,
  augment: flags.augment,
  mixup: flags.mixup,
  vectors: flags.vectors,
  textSettings: textSettingsOf(flags),
  seed: flags.seed,
  threads: flags.threads,
  budgetSeconds: flags.budget,
  memoryBytes: flags.memory,
})
