// The copies among the rows of an experiment, kept beside the prepared data: comparing many pictures takes minutes, and a run
// is resumed, judged and trained on its folds with the same ones.
import { createHash } from 'node:crypto'
import { join } from 'node:path'

import * as z from 'zod'

import { duplicateKinds, joinFindings } from '../../data/duplicates/find.ts'
import { duplicatesOfTable } from '../../data/duplicates/of-table.ts'
import { imageDecoder } from '../../data/image/decode.ts'
import { fingerprint } from '../../data/store/fingerprint.ts'
import { makeFolder } from '../../files/folder.ts'
import { readJson, writeJson } from '../../files/json.ts'

import type { Duplicates } from '../../data/duplicates/find.ts'
import type { ImageRoot } from '../../data/image/root.ts'
import type { FileStamp } from '../../data/store/fingerprint.ts'
import type { Table } from '../../data/table/table.ts'
import type { Experiment } from '../../experiment/schema.ts'

export interface CopyOptions {
  /** Rows to compare, ascending. */
  readonly usable: Int32Array
  /** Where the pictures are. */
  readonly folder: ImageRoot
  /** The picture files that the rows name. */
  readonly images: readonly FileStamp[]
  /** Folder of prepared data. */
  readonly cache: string
  readonly signal?: AbortSignal | undefined
}

/** Changes with what counts as a copy. */
const EDITION = 1

const findingsSchema = z.array(
  z.object({
    kind: z.enum(duplicateKinds),
    column: z.string(),
    links: z.array(z.tuple([z.int().nonnegative(), z.int().nonnegative()])),
    ignored: z.array(z.object({ rows: z.int(), row: z.int() })),
  }),
)

/** Numbers in the result are places in `usable`. */
export const copiesOf = async (
  table: Table,
  { inputs }: Experiment,
  { usable, folder, images, cache, signal }: CopyOptions,
): Promise<Duplicates> => {
  const columnsOfKind = (kind: 'text' | 'image'): string[] => [
    ...new Set(
      Object.values(inputs).flatMap((input) => (input.kind === kind ? [input.column] : [])),
    ),
  ]
  const texts = columnsOfKind('text')
  const pictures = columnsOfKind('image')
  const rows = createHash('sha256')
  rows.update(new Uint8Array(usable.buffer, usable.byteOffset, usable.byteLength))
  const key = fingerprint({
    settings: {
      edition: EDITION,
      decoder: imageDecoder,
      texts,
      pictures,
      rows: rows.digest('hex'),
    },
    tableHash: await table.hash(),
    images,
  })
  const file = join(cache, `copies-${key.slice(0, 16)}.json`)
  const kept = findingsSchema.safeParse(await readJson(file).catch(() => undefined))
  if (kept.success) return joinFindings(kept.data, usable.length)
  const search = { rows: usable, texts, pictures, folder, signal }
  const found = await duplicatesOfTable(table, search)
  await makeFolder(cache)
  await writeJson(file, found.findings)
  return found
}
