// From a table (or an experiment file) to a resolved experiment: guesses, overridden by what the user asked for.
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parse } from 'yaml'

import { chooseRoles } from '../data/columns/roles.ts'
import { guessColumns } from '../data/columns/guess.ts'
import { trainingColumns } from '../data/columns/training-columns.ts'
import { readTable } from '../data/table/table.ts'
import { augmentInputs } from '../experiment/augment.ts'
import { experimentErrors } from '../experiment/errors.ts'
import { resolveExperiment } from '../experiment/resolve.ts'
import { parseExperiment } from '../experiment/schema.ts'
import { chooseSplit } from '../experiment/split.ts'
import { assertInputs } from './assert-inputs.ts'
import { assertServers } from './fetch-images.ts'
import { assertImageFolder } from './image-folder.ts'
import { isExperimentFile } from './experiment-file.ts'
import { leftOutColumns, leftOutNotes } from './left-out.ts'
import { planPictures } from './plan-pictures.ts'
import { readNotes } from './read-notes.ts'

import type { RoleOverrides, Roles } from '../data/columns/roles.ts'
import type { Table } from '../data/table/table.ts'
import type { Task } from '../data/target/task.ts'
import type { Wishes } from '../experiment/resolve.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { FetchImagesOptions } from './fetch-images.ts'
import type { PictureWish } from './plan-pictures.ts'

export interface PlanOptions extends Omit<Wishes, 'fetch'>, RoleOverrides {
  /** Fetches pictures at web addresses. */
  readonly fetchImages?: FetchImagesOptions | undefined
  /** Which pictures of a row count where it has several; the first by default. */
  readonly pictures?: PictureWish | undefined
  /** What kind of answer to give; guessed from the target by default. */
  readonly task?: Task | undefined
  /** Classes in order. */
  readonly classes?: readonly string[] | undefined
}

export interface Plan {
  readonly experiment: Experiment
  /** The opened table; the caller closes it. */
  readonly table: Table
  /** Folder that image paths start from. */
  readonly folder: string
  /** What reading the table found; what was guessed, and why. */
  readonly notes: readonly string[]
}

const readExperiment = async (path: string): Promise<Experiment> => {
  let value: unknown
  try {
    // YAML is a superset of JSON.
    value = parse(await readFile(path, 'utf8'))
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw experimentErrors.error('not-readable', { reason }, { file: path, cause: error })
  }
  return parseExperiment(value, path)
}

const folderOf = ({ data }: Experiment, table: Table): string => data.images ?? table.folder

/**
 * What the user asked for wins over what an experiment file says. Parsed once more, so that it is written, and hashed, as
 * it will be when the run is read again.
 */
const override = (experiment: Experiment, wishes: PlanOptions): Experiment =>
  parseExperiment({
    ...experiment,
    inputs: augmentInputs(experiment.inputs, wishes.augment),
    data: {
      ...experiment.data,
      ...(wishes.weight !== undefined && { weight: wishes.weight }),
      ...(wishes.fetchImages && { fetch: fetchOf(wishes.fetchImages) }),
      split: chooseSplit(experiment.data.split, wishes),
    },
    fusion: { ...experiment.fusion, recipe: wishes.recipe ?? experiment.fusion.recipe },
    training: {
      ...experiment.training,
      epochs: wishes.epochs ?? experiment.training.epochs,
      batch: wishes.batch ?? experiment.training.batch,
      learningRate: wishes.learningRate ?? experiment.training.learningRate,
      patience: wishes.patience ?? experiment.training.patience,
      ...(wishes.mixup !== undefined && { mixup: wishes.mixup }),
      ...(wishes.budgetSeconds !== undefined && { budgetSeconds: wishes.budgetSeconds }),
      ...(wishes.memoryBytes !== undefined && { memoryBytes: wishes.memoryBytes }),
    },
    seed: wishes.seed ?? experiment.seed,
    threads: wishes.threads ?? experiment.threads,
  })

/** Where fetched pictures lie is for who runs it to say, so that an experiment of somebody else writes nowhere. */
const fetchOf = ({ servers = [] }: FetchImagesOptions): Experiment['data']['fetch'] => ({
  servers: [...servers],
})

const absoluteTokenizer = (settings: PlanOptions['textSettings']): PlanOptions['textSettings'] =>
  settings?.tokenizer === undefined
    ? settings
    : { ...settings, tokenizer: resolve(settings.tokenizer) }

/** What names a group says nothing about rows of other groups: nothing is learned from it, unless somebody asks for that. */
const withoutGroup = (options: PlanOptions): RoleOverrides => {
  const { group, images, texts, numbers, categories, booleans, dates, labels, id } = options
  const named = [images, texts, numbers, categories, booleans, dates, labels, [id]].flat()
  if (group === undefined || named.includes(group)) return options
  return { ...options, ignored: [...(options.ignored ?? []), group] }
}

/** A column that was found to say the part of each row, and is not asked. */
const passedOver = (split: string | undefined, { data }: Experiment): readonly string[] =>
  split === undefined || 'column' in data.split
    ? []
    : [`${split} says train, validation or test, but another split is asked for.`]

/** A wish that changes nothing. */
const withoutPictures = ({ images }: Roles, { augment = [] }: PlanOptions): readonly string[] =>
  images.length > 0 || augment.length === 0
    ? []
    : [`There are no pictures to augment by ${augment.join(', ')}.`]

/** The article's network has no table: it gets one only from whoever names columns. */
const forPreset = (roles: Roles, options: PlanOptions): Roles => {
  const { preset, numbers, categories, booleans, dates } = options
  const isNamed = [numbers, categories, booleans, dates].some((columns) => columns !== undefined)
  const hasOthers = roles.images.length + roles.texts.length > 0
  return preset === 'article' && !isNamed && hasOthers ? { ...roles, table: [] } : roles
}

/**
 * Plans a training.
 *
 * @param data - a table, or an experiment file (.json, .yaml)
 * @throws table.*, experiment.* errors, workflow.image-folder
 */
export const plan = async (data: string, options: PlanOptions = {}): Promise<Plan> => {
  assertServers(options.fetchImages?.servers ?? [])
  if (await isExperimentFile(data)) {
    const read = override(await readExperiment(data), options)
    await assertImageFolder(read.data.images)
    const { table: file, name, where } = read.data
    const table = await readTable(file, { table: name, where })
    try {
      const { experiment, notes } = await planPictures(read, table, options.pictures)
      const folder = folderOf(experiment, table)
      return { experiment, table, folder, notes: [...readNotes(table), ...notes] }
    } catch (error) {
      await table.close()
      throw error
    }
  }
  await assertImageFolder(options.imageFolder)
  const table = await readTable(data, { table: options.tableName, where: options.where })
  try {
    const folder = options.imageFolder ?? table.folder
    const guesses = await guessColumns(table, { folder })
    const chosen = forPreset(chooseRoles(guesses, withoutGroup(options)), options)
    const training = await trainingColumns(table, chosen, options)
    assertInputs(training, chosen.table, table.file)
    const { roles } = training
    const { task, classes, reason } = training.plan
    const threads = options.threads ?? availableParallelism()
    // Absolute, so that a run can be continued and judged from any folder.
    const planned = { ...roles, plan: { task, ...(classes && { classes: [...classes] }) } }
    const resolved = resolveExperiment(resolve(data), planned, {
      ...options,
      threads,
      fetch: options.fetchImages && fetchOf(options.fetchImages),
      rows: table.rowCount,
      imageFolder: options.imageFolder === undefined ? undefined : resolve(options.imageFolder),
      vectors: options.vectors === undefined ? undefined : resolve(options.vectors),
      textSettings: absoluteTokenizer(options.textSettings),
    })
    const { experiment, notes: counted } = await planPictures(resolved, table, options.pictures)
    const notes = [
      ...readNotes(table),
      ...roles.notes,
      ...leftOutNotes(leftOutColumns(guesses, training)),
      ...passedOver(roles.split, experiment),
      ...withoutPictures(roles, options),
      ...counted,
      `The task is ${task}: ${reason}.`,
    ]
    return { experiment, table, folder: folderOf(experiment, table), notes }
  } catch (error) {
    await table.close()
    throw error
  }
}
