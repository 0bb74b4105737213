// From chosen columns and a preset to a complete experiment.
import { chooseAugment } from './augment.ts'
import { presets } from './presets.ts'
import { experimentErrors } from './errors.ts'
import { RESERVED_NAMES, formsOf } from './input-names.ts'
import { parseExperiment } from './schema.ts'
import { chooseSplit, usualSplit } from './split.ts'

import type { LabelFormat } from '../data/labels/format.ts'
import type { TargetPlan } from '../data/target/guess-task.ts'
import type { AugmentName } from './augment.ts'
import type { Preset, PresetName } from './presets.ts'
import type { SplitWishes } from './split.ts'
import type { Experiment, InputSettings, TableInputSettings, TextInputSettings } from './schema.ts'

/** Columns in their roles. */
export interface Roles {
  readonly images: readonly string[]
  readonly texts: readonly string[]
  readonly table: readonly Pick<TableInputSettings['fields'][number], 'column' | 'kind'>[]
  readonly target: { readonly columns: readonly string[]; readonly format: LabelFormat }
  readonly plan: Pick<TargetPlan, 'task' | 'classes'>
  readonly split?: string
  readonly id?: string
  readonly weight?: string
}

/** How texts shall be cut into tokens. */
export type TextWishes = Pick<
  TextInputSettings,
  'lowerCase' | 'stopWords' | 'wordNgrams' | 'tokenizer'
>

/** What the user asked for beyond the preset. */
export interface Wishes extends SplitWishes {
  readonly preset?: PresetName | undefined
  readonly recipe?: 'joint' | 'staged' | undefined
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly seed?: number | undefined
  readonly threads?: number | undefined
  readonly budgetSeconds?: number | undefined
  /** Most bytes that training may take. */
  readonly memoryBytes?: number | undefined
  readonly vectors?: string | undefined
  /** Of every text input. */
  readonly textSettings?: TextWishes | undefined
  /** Which table of a database file. */
  readonly tableName?: string | undefined
  /** SQL expression that keeps rows. */
  readonly where?: string | undefined
  /** Folder that image paths start from; the table's own by default. */
  readonly imageFolder?: string | undefined
  /** Fetches pictures at web addresses into a folder. */
  readonly fetch?: Experiment['data']['fetch'] | undefined
  readonly learningRate?: number | undefined
  readonly patience?: number | undefined
  /** Augmentations of training pictures, these and no others; empty for none. */
  readonly augment?: readonly AugmentName[] | undefined
  /** Alpha of mixup; 0 for none. */
  readonly mixup?: number | undefined
  /** Rows of the table: small tables are gone through more often. */
  readonly rows?: number | undefined
  /** Pixels, of every image input. */
  readonly imageSize?: { readonly width: number; readonly height: number } | undefined
}

/** The input that holds all columns but pictures and texts. */
const TABLE = 'table'

/** A name of letters and digits after that of a column. */
const nameOf = (column: string, isFree: (name: string) => boolean): string => {
  const base =
    column
      .trim()
      .replace(/[^\p{L}\p{N}]+/gu, '_')
      .replace(/^_+|_+$/g, '') || 'input'
  let name = base
  for (let number = 2; !isFree(name); number++) name = `${base}_${number}`
  return name
}

/** Input names are parts of parameter names and of the model's input names. */
const inputName = (column: string, inputs: readonly string[]): string => {
  const taken = new Set([...RESERVED_NAMES, ...inputs.flatMap(formsOf)])
  return nameOf(column, (name) => !formsOf(name).some((form) => taken.has(form)))
}

type StageTraining = Pick<Experiment['training'], 'epochs' | 'batch' | 'patience'>

/** About. */
const TRAINING_SHARE = 0.8
/** A network needs so many updates, however few rows there are; more epochs than this only learn them by heart. */
const FEWEST_UPDATES = 500
/** Decoupled weight decay works per update: with more of them each must decay less. */
const DECAYED_UPDATES = 500
const MOST_EPOCHS = 100

/** Settings for a table of `rows` rows: as many updates as it takes, with patience to match. */
const forRows = <Settings extends StageTraining>(
  settings: Settings,
  { rows, epochs }: Wishes,
): Settings => {
  if (rows === undefined || epochs !== undefined) return settings
  const updates = Math.ceil((TRAINING_SHARE * rows) / settings.batch)
  const wanted = Math.min(MOST_EPOCHS, Math.ceil(FEWEST_UPDATES / Math.max(1, updates)))
  if (wanted <= settings.epochs) return settings
  const patience = Math.ceil((settings.patience * wanted) / settings.epochs)
  return { ...settings, epochs: wanted, patience }
}

/** Smaller ones are mostly noise. */
const SMALLEST_BATCH = 32

/** Settings whose batches are halved until the epochs give at least `updates`. */
const forBranches = <Settings extends StageTraining>(
  settings: Settings,
  { rows, updates }: { readonly rows: number | undefined; readonly updates: number },
): Settings => {
  if (rows === undefined) return settings
  let { batch } = settings
  const updatesOf = (size: number): number =>
    Math.ceil((TRAINING_SHARE * rows) / size) * settings.epochs
  while (batch / 2 >= SMALLEST_BATCH && updatesOf(batch) < updates) batch /= 2
  return { ...settings, batch }
}

/** Settings for as many updates as there will be. */
const forUpdates = <
  Settings extends Pick<Experiment['training'], 'epochs' | 'batch' | 'optimiser'>,
>(
  settings: Settings,
  { rows }: Wishes,
): Settings => {
  const { optimiser, epochs, batch } = settings
  if (rows === undefined || optimiser.kind !== 'adam' || optimiser.weightDecay === 0)
    return settings
  const updates = Math.ceil((TRAINING_SHARE * rows) / batch) * epochs
  const weightDecay = optimiser.weightDecay * Math.min(1, DECAYED_UPDATES / updates)
  return { ...settings, optimiser: { ...optimiser, weightDecay } }
}

/**
 * The squared error of a standardised number curves eight times as much as the cross-entropy that the presets' rates are
 * made for. Adam does not mind, plain gradient descent would diverge.
 */
const SQUARED_ERROR_RATE = 1 / 8

const forTask = <Settings extends Pick<Experiment['training'], 'learningRate' | 'optimiser'>>(
  settings: Settings,
  { task }: Roles['plan'],
): Settings =>
  task === 'regression' && settings.optimiser.kind === 'sgd'
    ? { ...settings, learningRate: settings.learningRate * SQUARED_ERROR_RATE }
    : settings

/** What the user asks for holds for every stage. */
const ownTraining = (
  training: InputSettings['training'],
  { preset, plan, wishes }: { preset: Preset; plan: Roles['plan']; wishes: Wishes },
): Pick<InputSettings, 'training'> => {
  if (training === undefined) return {}
  const given = Object.fromEntries(
    Object.entries(training).filter(([, value]) => value !== undefined),
  )
  const sized = forUpdates(forRows({ ...preset.training, ...given }, wishes), wishes)
  const whole = forTask(sized, plan)
  const { epochs, batch, learningRate, optimiser, schedule, patience, monitor } = whole
  const own = { epochs, batch, learningRate, optimiser, schedule, patience, monitor }
  return { training: { ...own, ...trainingWishes(wishes) } }
}

const trainingWishes = ({ epochs, batch, learningRate, patience }: Wishes) => ({
  ...(epochs !== undefined && { epochs }),
  ...(batch !== undefined && { batch }),
  ...(learningRate !== undefined && { learningRate }),
  ...(patience !== undefined && { patience }),
})

/** Word groups that a vocabulary holds when somebody asks for groups. */
const MOST_GROUPS = 50_000

const textWishes = (wishes: TextWishes): Partial<TextInputSettings> => ({
  ...Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined)),
  ...(wishes.wordNgrams !== undefined && { maxNgrams: wishes.wordNgrams > 1 ? MOST_GROUPS : 0 }),
})

/** @throws experiment.nothing-to-fuse, experiment.invalid */
export const resolveExperiment = (
  table: string,
  roles: Roles,
  { threads = 1, ...wishes }: Wishes = {},
): Experiment => {
  const preset: Preset = presets[wishes.preset ?? 'fast']
  const context = { preset, plan: roles.plan, wishes }
  const inputs: Record<string, InputSettings> = {}
  const declare = (column: string, settings: InputSettings): void => {
    inputs[inputName(column, Object.keys(inputs))] = settings
  }
  for (const column of roles.images) {
    declare(column, {
      kind: 'image',
      column,
      ...preset.image,
      ...wishes.imageSize,
      ...(wishes.augment && chooseAugment(wishes.augment, preset.image)),
      ...ownTraining(preset.image.training, context),
    })
  }
  for (const column of roles.texts) {
    declare(column, {
      kind: 'text',
      column,
      ...preset.text,
      ...(wishes.vectors !== undefined && { vectors: wishes.vectors }),
      ...textWishes(wishes.textSettings ?? {}),
      ...ownTraining(preset.text.training, context),
    })
  }
  if (roles.table.length > 0) {
    const names = new Set(Object.keys(inputs)).add(TABLE)
    const fields = roles.table.map(({ column, kind }) => {
      const name = nameOf(column, (one) => !names.has(one))
      names.add(name)
      return { name, column, kind }
    })
    const name = inputName(TABLE, [...Object.keys(inputs), ...fields.map((one) => one.name)])
    inputs[name] = {
      kind: 'table',
      fields,
      ...preset.table,
      ...ownTraining(preset.table.training, context),
    }
  }
  const count = Object.keys(inputs).length
  // With one input there is nothing to fuse, so one network is all there is.
  const recipe = wishes.recipe ?? (count < 2 ? 'joint' : preset.recipe)
  if (recipe === 'staged' && count < 2) throw experimentErrors.error('nothing-to-fuse', { count })
  const updates = recipe === 'staged' ? preset.branchUpdates : 0
  const training = forBranches(preset.training, { rows: wishes.rows, updates })
  return parseExperiment({
    version: 1,
    data: {
      table,
      ...(wishes.tableName !== undefined && { name: wishes.tableName }),
      ...(wishes.where !== undefined && { where: wishes.where }),
      ...(wishes.imageFolder !== undefined && { images: wishes.imageFolder }),
      ...(wishes.fetch && { fetch: wishes.fetch }),
      ...(roles.id !== undefined && { id: roles.id }),
      ...(roles.weight !== undefined && { weight: roles.weight }),
      split: chooseSplit(usualSplit(roles.split), wishes),
    },
    inputs,
    target: { ...roles.target, ...roles.plan },
    fusion: { recipe, settings: preset.fusion },
    priorBias: preset.priorBias,
    training: {
      ...forTask(forRows(training, wishes), roles.plan),
      ...trainingWishes(wishes),
      ...(wishes.mixup !== undefined && { mixup: wishes.mixup }),
      ...(wishes.budgetSeconds !== undefined && { budgetSeconds: wishes.budgetSeconds }),
      ...(wishes.memoryBytes !== undefined && { memoryBytes: wishes.memoryBytes }),
    },
    seed: wishes.seed ?? 1,
    threads,
  })
}
