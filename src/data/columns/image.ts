// Pictures: cells that name files, some of which are there; encoded pictures; bytes; addresses.

import { imageCellKind, type ImageCellKind } from '../image/cell.ts'
import { percent, quoteSome } from './facts.ts'

import type { KindRule, Verdict } from './kind.ts'

const PICTURE_SHARE = 0.8
const TRIED_FILES = 32
/** How a table shows a cell of bytes that are a picture. */
const BYTES = /^<(JPEG|PNG|GIF|WebP|TIFF|AVIF), \d+ bytes>$/
/** Files that are there, or pictures in the table itself, come first. */
const ADDRESS_WEIGHT = 0.1

export const image: KindRule = {
  kind: 'image',
  judge: async ({ cells, share, countFiles }) => {
    const bytes = share(BYTES)
    if (bytes >= PICTURE_SHARE)
      return {
        reason: `${percent(bytes)} of the cells are pictures (${quoteSome(cells, 1)})`,
        weight: 1,
      }
    const looks = cells.map(imageCellKind)
    const shareOf = (wanted: ImageCellKind): number =>
      cells.length === 0 ? 0 : looks.filter(({ kind }) => kind === wanted).length / cells.length
    const plain = judgeByLooks(shareOf, cells)
    if (plain !== undefined) return plain

    const named = shareOf('file')
    if (named < PICTURE_SHARE) return undefined
    const files = looks.filter(({ kind }) => kind === 'file')
    const step = Math.max(1, Math.floor(files.length / TRIED_FILES))
    const tried = files.filter((_, index) => index % step === 0).slice(0, TRIED_FILES)
    const found = await countFiles(tried.map(({ text }) => text.trim()))
    if (found === 0) return undefined
    const lists = cells.filter((cell, index) => cell.trim() !== looks[index]?.text.trim()).length
    const several = lists === 0 ? '' : '; of several in one cell the first counts'
    return {
      reason:
        `${percent(named)} of the cells end like image files (${quoteSome(cells, 1)}), ` +
        `and ${found} of ${tried.length} tried exist${several}`,
      weight: found / tried.length,
    }
  },
}

const judgeByLooks = (
  shareOf: (kind: ImageCellKind) => number,
  cells: readonly string[],
): Verdict | undefined => {
  const encoded = shareOf('encoded')
  if (encoded >= PICTURE_SHARE)
    return { reason: `${percent(encoded)} of the cells are pictures in base64`, weight: 1 }
  const addresses = shareOf('address')
  if (addresses >= PICTURE_SHARE)
    return {
      reason: `${percent(addresses)} of the cells are web addresses of pictures (${quoteSome(cells, 1)})`,
      weight: ADDRESS_WEIGHT,
    }
  return undefined
}

/** Image names without images: said apart, because a wrong folder is the usual cause. */
export const absentImages: KindRule = {
  kind: 'ignore',
  judge: ({ cells }) => {
    const named = cells.filter((cell) => imageCellKind(cell).kind === 'file').length
    return cells.length === 0 || named < PICTURE_SHARE * cells.length
      ? undefined
      : { reason: `the cells look like image files (${quoteSome(cells, 1)}), but none is there` }
  },
}
