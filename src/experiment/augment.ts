// Augmentation of training pictures: the settings of an image input, and what a user's wish makes of them. The names are
// those of torchvision and Keras.
import * as z from 'zod'

import type { Experiment } from './schema.ts'

/** Each factor is drawn from 1 - x to 1 + x, as by torchvision's ColorJitter. */
const jitter = z.number().min(0).max(1).default(0)

/** What is not given is off. */
export const augmentSettings = {
  /** Mirror half of the training pictures. */
  flip: z.boolean().default(false),
  /** Shift by up to this share of each side; what comes in repeats the edge. */
  crop: z.number().gt(0).max(0.5).optional(),
  colour: z.strictObject({ brightness: jitter, contrast: jitter, saturation: jitter }).optional(),
  /** Share of the training pictures that lose a rectangle ("random erasing"). */
  cutout: z.number().gt(0).max(1).optional(),
} as const

export type AugmentSettings = Readonly<z.infer<z.ZodObject<typeof augmentSettings>>>

export type AugmentName = keyof AugmentSettings

/** Usual strengths: a tenth of the side, a fifth of the brightness, half of the pictures. */
const usual: AugmentSettings = {
  flip: true,
  crop: 0.1,
  colour: { brightness: 0.2, contrast: 0.2, saturation: 0.2 },
  cutout: 0.5,
}

/** Exactly the named augmentations, at their usual strengths or at those that were set before. */
export const chooseAugment = (
  names: readonly AugmentName[],
  current: AugmentSettings,
): AugmentSettings => ({
  flip: names.includes('flip'),
  crop: names.includes('crop') ? (current.crop ?? usual.crop) : undefined,
  colour: names.includes('colour') ? (current.colour ?? usual.colour) : undefined,
  cutout: names.includes('cutout') ? (current.cutout ?? usual.cutout) : undefined,
})

/** The named augmentations for every picture input; undefined leaves all as they are. */
export const augmentInputs = (
  inputs: Experiment['inputs'],
  names: readonly AugmentName[] | undefined,
): Experiment['inputs'] =>
  names === undefined
    ? inputs
    : Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [
          name,
          input.kind === 'image' ? { ...input, ...chooseAugment(names, input) } : input,
        ]),
      )
