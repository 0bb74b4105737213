// How many pictures of a row count: the settings of an image input. Without them the first one does.
import * as z from 'zod'

/** Every picture goes through the network by itself: rows of more would take too long, and their memory. */
export const MOST_PICTURES = 8

export const pictureSettings = z.discriminatedUnion('pool', [
  z.strictObject({ pool: z.literal('first') }),
  /** The mean of the features of the pictures that can be read. */
  z.strictObject({
    pool: z.literal('mean'),
    /** Pictures of a row; what comes after them does not count. */
    most: z.int().min(2).max(MOST_PICTURES),
  }),
])

export type PictureSettings = Readonly<z.infer<typeof pictureSettings>>

interface HasPictures {
  readonly kind: string
  readonly pictures?: PictureSettings | undefined
}

/** Pictures per row: 1, or the slots that a row has. */
export const picturesPerRow = ({ pictures }: HasPictures): number =>
  pictures?.pool === 'mean' ? pictures.most : 1

/** More rows at once are hardly faster to score. */
const MOST_TO_SCORE = 64

/** Rows that have about as many pictures as `rows` rows of one each: memory goes by pictures. */
export const rowsForPictures = (rows: number, inputs: readonly HasPictures[]): number =>
  Math.max(1, Math.floor(rows / Math.max(1, ...inputs.map(picturesPerRow))))

/** Rows that are scored at once: no more than go through a training step, whose memory would be topped otherwise. */
export const rowsToScore = (microBatch: number, inputs: readonly HasPictures[]): number =>
  rowsForPictures(Math.min(microBatch, MOST_TO_SCORE), inputs)
