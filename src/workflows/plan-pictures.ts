// Which pictures of a row count, as the user asks; how many a row needs room for is counted where nobody says it.
import { countPictures } from '../data/image/count.ts'
import { MOST_PICTURES } from '../experiment/pictures.ts'
import { parseExperiment } from '../experiment/schema.ts'

import type { Table } from '../data/table/table.ts'
import type { Experiment, ImageInputSettings } from '../experiment/schema.ts'

/** Without `most` as many as any row has, up to the limit. */
export type PictureWish =
  { readonly pool: 'first' } | { readonly pool: 'mean'; readonly most?: number | undefined }

interface Planned {
  readonly settings: ImageInputSettings
  readonly notes: readonly string[]
}

const planInput = async (
  table: Table,
  { pictures: _, ...settings }: ImageInputSettings,
  wish: PictureWish,
): Promise<Planned> => {
  const { column } = settings
  if (wish.pool === 'first') return { settings, notes: [] }
  if (table.binaryColumns.includes(column)) {
    const note = `${column}: of pictures that are bytes in the table, the first of a row counts.`
    return { settings, notes: [note] }
  }
  const found = wish.most === undefined ? await countPictures(table, column) : undefined
  const most = wish.most ?? Math.min(found!.most, MOST_PICTURES)
  if (most < 2) return { settings, notes: [`${column}: no row has more than one picture.`] }
  const rows = found ? `; ${found.several} rows have more than one` : ''
  const note = `${column}: up to ${most} pictures of a row count, by the mean of their features${rows}.`
  return { settings: { ...settings, pictures: { pool: 'mean', most } }, notes: [note] }
}

/**
 * The experiment with the wish in every picture input, and what came of it.
 *
 * @throws experiment.invalid where more pictures are asked for than a row can have
 */
export const planPictures = async (
  experiment: Experiment,
  table: Table,
  wish: PictureWish | undefined,
): Promise<{ readonly experiment: Experiment; readonly notes: readonly string[] }> => {
  if (wish === undefined) return { experiment, notes: [] }
  const inputs: Experiment['inputs'] = {}
  const notes: string[] = []
  let hasPictures = false
  for (const [name, input] of Object.entries(experiment.inputs)) {
    if (input.kind !== 'image') {
      inputs[name] = input
      continue
    }
    hasPictures = true
    const planned = await planInput(table, input, wish)
    inputs[name] = planned.settings
    notes.push(...planned.notes)
  }
  if (!hasPictures && wish.pool !== 'first') notes.push('There are no pictures to take means of.')
  return { experiment: parseExperiment({ ...experiment, inputs }), notes }
}
