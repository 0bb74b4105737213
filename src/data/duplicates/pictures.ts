// Rows with the same picture, byte for byte, and rows with nearly the same one: resized, recompressed, a shade lighter.
// Each distinct file is decoded once more, if only to a few pixels; a picture that cannot be read is like no other.
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'

import { resolveImageCell } from '../image/cell.ts'
import { decodeImage } from '../image/decode.ts'
import { readImageFile } from '../image/file.ts'
import { differenceHash, greyOf } from './difference-hash.ts'
import { hashIndex } from './hash-index.ts'
import { jpegBlockMeans } from './jpeg-means.ts'
import { linkEqual, mostRows, withoutLarge } from './limits.ts'
import { rowSets } from './sets.ts'

import type { ImageRoot } from '../image/root.ts'
import type { Cell } from '../table/append.ts'
import type { DifferenceHash } from './difference-hash.ts'
import type { Found } from './limits.ts'
import type { Link } from './sets.ts'

/** A column of pictures. */
export interface PictureCells {
  readonly rows: number
  /** Cells of some rows, in this order. */
  read(rows: readonly number[]): Promise<readonly Cell[]>
}

export interface PictureOptions {
  /** Where the pictures are. */
  readonly folder: ImageRoot
  readonly signal?: AbortSignal | undefined
}

export interface PictureDuplicates {
  readonly same: Found
  readonly near: Found
}

const CHUNK_ROWS = 512
/** Larger files go to the native decoder, which works beside this thread. */
const MOST_JPEG_BYTES = 300_000
/** In fewer blocks than fields the means are too coarse. */
const FEWEST_BLOCKS = 12
/** For a close look at two pictures with similar hashes. */
const THUMBNAIL = { width: 32, height: 32 } as const
/** Correlation of the grey levels from which two pictures are nearly the same. */
const FEWEST_CORRELATION = 0.97
/** Mean difference of the colours up to which they are, of 255. */
const MOST_COLOUR = 24
/** Close looks without success per picture; each costs a decoding. */
const MOST_FAILED = 4
/** Thumbnails kept, 3 kB each. */
const MOST_KEPT = 4096

export const findPictureDuplicates = async (
  cells: PictureCells,
  options: PictureOptions,
): Promise<PictureDuplicates> => {
  const pictures = await distinctPictures(cells, options)
  const most = mostRows(cells.rows)
  const same = linkEqual(
    pictures.map(({ rows }) => rows),
    () => most,
  )
  const meaningful = pictures.filter(({ rows }) => rows.length <= most)
  const links = await nearPictures(meaningful, cells, options)
  return { same, near: withoutLarge(links, cells.rows) }
}

interface Picture {
  /** Rows that have it, ascending. */
  readonly rows: number[]
  readonly hash: DifferenceHash
}

/** All different pictures that can be read and show something, by their first row. */
const distinctPictures = async (
  cells: PictureCells,
  { folder, signal }: PictureOptions,
): Promise<readonly Picture[]> => {
  /** By path, so that a file is read once, and by content; undefined is a picture that is like no other. */
  const byPath = new Map<string, Promise<string | undefined>>()
  const byContent = new Map<string, Promise<DifferenceHash | undefined>>()
  const contentOf = async (bytes: Uint8Array): Promise<string> => {
    const content = createHash('sha256').update(bytes).digest('base64')
    if (!byContent.has(content)) byContent.set(content, hashOf(bytes))
    await byContent.get(content)
    return content
  }
  const contentOfFile = (path: string): Promise<string | undefined> => {
    const known = byPath.get(path)
    if (known) return known
    const content = orNothing(async () => contentOf(await readImageFile(path)))
    byPath.set(path, content)
    return content
  }
  const contents = new Array<string | undefined>(cells.rows)
  for (let start = 0; start < cells.rows; start += CHUNK_ROWS) {
    const length = Math.min(CHUNK_ROWS, cells.rows - start)
    const chunk = await cells.read(Array.from({ length }, (_, index) => start + index))
    await inParallel(chunk.length, async (index) => {
      signal?.throwIfAborted()
      const cell = chunk[index] ?? null
      if (cell === null || cell.length === 0) return
      contents[start + index] = await orNothing(async () => {
        const source = await resolveImageCell(folder, cell)
        return typeof source === 'string' ? contentOfFile(source) : contentOf(source)
      })
    })
  }
  const rowsOf = new Map<string, number[]>()
  for (const [row, content] of contents.entries()) {
    if (content === undefined) continue
    const rows = rowsOf.get(content)
    if (rows) rows.push(row)
    else rowsOf.set(content, [row])
  }
  const pictures: Picture[] = []
  for (const [content, rows] of rowsOf) {
    const hash = await byContent.get(content)
    if (hash !== undefined) pictures.push({ rows, hash })
  }
  return pictures
}

const hashOf = (bytes: Uint8Array): Promise<DifferenceHash | undefined> =>
  orNothing(async () => {
    const means = bytes.length <= MOST_JPEG_BYTES ? jpegBlockMeans(bytes) : undefined
    if (means && means.width >= FEWEST_BLOCKS && means.height >= FEWEST_BLOCKS)
      return differenceHash(means)
    const { width, height } = THUMBNAIL
    const grey = greyOf(await decodeImage(bytes, THUMBNAIL))
    return differenceHash({ stride: width, width, height, grey })
  })

/** What is wrong with a picture is found and reported when it is prepared. */
const orNothing = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await work()
  } catch {
    return undefined
  }
}

const inParallel = async (count: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker))
}

const nearPictures = async (
  pictures: readonly Picture[],
  cells: PictureCells,
  { folder, signal }: PictureOptions,
): Promise<readonly Link[]> => {
  const kept = new Map<number, Uint8Array | undefined>()
  const thumbnail = async (row: number): Promise<Uint8Array | undefined> => {
    if (kept.has(row)) return kept.get(row)
    const [cell = null] = await cells.read([row])
    const pixels = await orNothing(async () =>
      decodeImage(await resolveImageCell(folder, cell ?? ''), THUMBNAIL),
    )
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(row, pixels)
    return pixels
  }
  const index = hashIndex()
  const sets = rowSets(cells.rows)
  const links: Link[] = []
  for (const { rows, hash } of pictures) {
    const row = rows[0]!
    let failed = 0
    for (const other of index.add(hash)) {
      const otherRow = pictures[other]!.rows[0]!
      if (sets.find(row) === sets.find(otherRow)) continue
      signal?.throwIfAborted()
      const [a, b] = [await thumbnail(otherRow), await thumbnail(row)]
      if (a && b && isNearlySame(a, b)) {
        sets.join(otherRow, row)
        links.push([otherRow, row])
      } else if (++failed >= MOST_FAILED) break
    }
  }
  return links
}

const isNearlySame = (a: Uint8Array, b: Uint8Array): boolean => {
  let colour = 0
  for (let index = 0; index < a.length; index++) colour += Math.abs(a[index]! - b[index]!)
  return colour <= MOST_COLOUR * a.length && correlation(greyOf(a), greyOf(b)) >= FEWEST_CORRELATION
}

const correlation = (a: Float32Array, b: Float32Array): number => {
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanA, meanB] = [mean(a), mean(b)]
  let [aa, ab, bb] = [0, 0, 0]
  for (let index = 0; index < a.length; index++) {
    const [x, y] = [a[index]! - meanA, b[index]! - meanB]
    aa += x * x
    ab += x * y
    bb += y * y
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0
}
