// A folder per class as a table: `cat/1.jpg`, or `train/cat/1.jpg` with a split. Columns are `image`, `label` and, where
// there is one, `split`.

import { readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'

import { createTextTable, openWriter } from './append.ts'
import { tableErrors } from './errors.ts'
import { binaryReport } from './report.ts'

import type { Part, ReadTableOptions, Target } from './reader.ts'

const IMAGE_EXTENSIONS = new Set(
  '.jpg .jpeg .jpe .png .webp .gif .bmp .tif .tiff .avif .heic'.split(' '),
)

const SPLITS: Readonly<Record<string, string>> = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  test: 'test',
  testing: 'test',
}

interface Folder {
  readonly name: string
  /** Paths from here, of pictures directly in it. */
  readonly images: readonly string[]
  /** Files that are no pictures, here and below. */
  readonly others: number
  readonly folders: readonly Folder[]
}

export const readClassFolder = async (
  path: string,
  { signal }: ReadTableOptions,
  { connection, into }: Target,
): Promise<Part> => {
  const root = await look(path, '', signal)
  const classes = root.folders.filter((folder) => countImages(folder) > 0)
  if (classes.length === 0) {
    const count = root.images.length
    if (count > 0) throw tableErrors.error('folder-plain', { file: path, count }, { file: path })
    throw tableErrors.error('folder-empty', { file: path }, { file: path })
  }
  const warnings: string[] = []
  const leftOut = (folder: string, images: number): void => {
    if (images > 0)
      warnings.push(`${images} pictures in ${folder} are in no class folder and were left out`)
  }
  leftOut(path, root.images.length)
  const hasSplits = classes.every(isSplit)
  const rows = hasSplits
    ? classes.flatMap((split) => {
        leftOut(join(path, split.name), split.images.length)
        return split.folders.flatMap((each) => rowsOf(each, SPLITS[split.name.toLowerCase()]))
      })
    : classes.flatMap((each) => rowsOf(each))
  if (root.others > 0) warnings.push(`${root.others} files are no pictures and were passed over`)

  const columns = hasSplits ? ['image', 'label', 'split'] : ['image', 'label']
  await createTextTable(connection, into, columns.length)
  const writer = await openWriter(connection, into, columns.length)
  for (const row of rows) writer.write(row)
  writer.close()
  return {
    columns,
    rowCount: rows.length,
    lineOfRow: undefined,
    report: binaryReport('folder', rows.length, warnings),
  }
}

const look = async (
  path: string,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<Folder> => {
  signal?.throwIfAborted()
  const entries = (await readdir(join(path, prefix), { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && name !== '__MACOSX')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const images: string[] = []
  const folders: Folder[] = []
  let others = 0
  for (const entry of entries) {
    const inside = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) {
      const folder = await look(path, inside, signal)
      others += folder.others
      folders.push(folder)
    } else if (IMAGE_EXTENSIONS.has(extname(entry.name).toLowerCase())) images.push(inside)
    else others++
  }
  return { name: prefix.slice(prefix.lastIndexOf('/') + 1), images, others, folders }
}

const countImages = ({ images, folders }: Folder): number =>
  folders.reduce((sum, folder) => sum + countImages(folder), images.length)

/** A folder called `train` may also be a class of trains; then the pictures are in it directly. */
const isSplit = ({ name, folders }: Folder): boolean =>
  name.toLowerCase() in SPLITS && folders.some((folder) => countImages(folder) > 0)

/** Rows of a class; pictures in folders further down belong to it too. */
const rowsOf = (
  { name, images, folders }: Folder,
  split?: string,
  label = name.normalize('NFC'),
): string[][] => [
  ...images.map((image) => (split === undefined ? [image, label] : [image, label, split])),
  ...folders.flatMap((folder) => rowsOf(folder, split, label)),
]
