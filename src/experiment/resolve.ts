// From chosen columns and a preset to a complete experiment.
import { presets } from './presets.ts'
import { experimentErrors } from './errors.ts'
import { parseExperiment } from './schema.ts'

import type { LabelFormat } from '../data/labels/format.ts'
import type { PresetName } from './presets.ts'
import type { Experiment, InputSettings } from './schema.ts'

/** Columns in their roles. */
export interface Roles {
  readonly images: readonly string[]
  readonly texts: readonly string[]
  readonly target: { readonly columns: readonly string[]; readonly format: LabelFormat }
  readonly split?: string
  readonly id?: string
}

/** What the user asked for beyond the preset. */
export interface Wishes {
  readonly preset?: PresetName | undefined
  readonly recipe?: 'joint' | 'staged' | undefined
  readonly epochs?: number | undefined
  readonly batch?: number | undefined
  readonly seed?: number | undefined
  readonly threads?: number | undefined
  readonly budgetSeconds?: number | undefined
  readonly vectors?: string | undefined
  /** Folder that image paths start from; the table's own by default. */
  readonly imageFolder?: string | undefined
  readonly learningRate?: number | undefined
  readonly patience?: number | undefined
  /** Pixels, of every image input. */
  readonly imageSize?: { readonly width: number; readonly height: number } | undefined
}

const DEFAULT_FRACTIONS: [number, number, number] = [0.8, 0.1, 0.1]

/** Input names are parts of parameter names and of the model's input names. */
const inputName = (column: string, taken: ReadonlySet<string>): string => {
  const base =
    column
      .trim()
      .replace(/[^\p{L}\p{N}]+/gu, '_')
      .replace(/^_+|_+$/g, '') || 'input'
  let name = base
  for (let number = 2; taken.has(name); number++) name = `${base}_${number}`
  return name
}

/** What the user asks for holds for every stage. */
const ownTraining = (
  training: InputSettings['training'],
  wishes: Wishes,
): Pick<InputSettings, 'training'> =>
  training === undefined ? {} : { training: { ...training, ...trainingWishes(wishes) } }

const trainingWishes = ({ epochs, batch, learningRate, patience }: Wishes) => ({
  ...(epochs !== undefined && { epochs }),
  ...(batch !== undefined && { batch }),
  ...(learningRate !== undefined && { learningRate }),
  ...(patience !== undefined && { patience }),
})

/** @throws experiment.nothing-to-fuse, experiment.invalid */
export const resolveExperiment = (
  table: string,
  roles: Roles,
  { threads = 1, ...wishes }: Wishes = {},
): Experiment => {
  const preset = presets[wishes.preset ?? 'fast']
  const inputs: Record<string, InputSettings> = {}
  const declare = (column: string, settings: InputSettings): void => {
    inputs[inputName(column, new Set(Object.keys(inputs)))] = settings
  }
  for (const column of roles.images) {
    declare(column, {
      kind: 'image',
      column,
      ...preset.image,
      ...wishes.imageSize,
      ...ownTraining(preset.image.training, wishes),
    })
  }
  for (const column of roles.texts) {
    declare(column, {
      kind: 'text',
      column,
      ...preset.text,
      ...(wishes.vectors !== undefined && { vectors: wishes.vectors }),
      ...ownTraining(preset.text.training, wishes),
    })
  }
  const count = Object.keys(inputs).length
  // With one input there is nothing to fuse, so one network is all there is.
  const recipe = wishes.recipe ?? (count < 2 ? 'joint' : preset.recipe)
  if (recipe === 'staged' && count < 2) throw experimentErrors.error('nothing-to-fuse', { count })
  return parseExperiment({
    version: 1,
    data: {
      table,
      ...(wishes.imageFolder !== undefined && { images: wishes.imageFolder }),
      ...(roles.id !== undefined && { id: roles.id }),
      split: roles.split === undefined ? { fractions: DEFAULT_FRACTIONS } : { column: roles.split },
    },
    inputs,
    target: { columns: roles.target.columns, task: 'multi-label', format: roles.target.format },
    fusion: { recipe, settings: preset.fusion },
    priorBias: preset.priorBias,
    training: {
      ...preset.training,
      ...trainingWishes(wishes),
      ...(wishes.budgetSeconds !== undefined && { budgetSeconds: wishes.budgetSeconds }),
    },
    seed: wishes.seed ?? 1,
    threads,
  })
}
