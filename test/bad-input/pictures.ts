// Posters that are not there, may not be read, are no pictures, or are pictures of an unusual kind.
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

import sharp from 'sharp'

import { csv, filmRows, filmsWithPosters, plot, poster, ROWS } from './films.ts'

import type { BadInput } from './row.ts'

/** What is wrong with a poster: the cell of the table, how the file is made, the code it is reported by. */
interface BadPoster {
  readonly cell: string
  readonly code: string
  readonly make?: (path: string) => unknown
}

const CRC_START = 12
const CRC_END = 29

/** A PNG that declares a size; its pixels are not there. */
const declaringPng = async (width: number, height: number): Promise<Buffer> => {
  const png = await poster(0).png().toBuffer()
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc32(png.subarray(CRC_START, CRC_END)), CRC_END)
  return png
}

const badPosters: readonly BadPoster[] = [
  { cell: 'posters/missing.jpg', code: 'image.missing' },
  {
    cell: 'posters/folder.jpg',
    code: 'image.not-a-file',
    make: (path) => {
      mkdirSync(path)
    },
  },
  { cell: '../films.csv', code: 'image.outside-folder' },
  { cell: '/etc/hostname', code: 'image.outside-folder' },
  {
    cell: 'posters/link.jpg',
    code: 'image.outside-folder',
    make: (path) => {
      symlinkSync('/etc/hostname', path)
    },
  },
  { cell: 'https://example.com/poster.jpg', code: 'image.remote' },
  {
    cell: 'posters/text.jpg',
    code: 'image.not-an-image',
    make: (path) => {
      writeFileSync(path, 'not a picture')
    },
  },
  {
    cell: 'posters/page.jpg',
    code: 'image.not-an-image',
    make: (path) => {
      writeFileSync(path, '<!doctype html><title>404</title>')
    },
  },
  {
    cell: 'posters/cut.jpg',
    code: 'image.truncated',
    make: async (path) => {
      const { size } = await poster(1).resize(64, 96).jpeg().toFile(path)
      truncateSync(path, Math.floor(size * 0.7))
    },
  },
  {
    cell: 'posters/empty.jpg',
    code: 'image.empty',
    make: (path) => {
      writeFileSync(path, '')
    },
  },
  {
    // 50,001,000 pixels; the limit is 50 million.
    cell: 'posters/huge.png',
    code: 'image.too-many-pixels',
    make: async (path) => {
      writeFileSync(path, await declaringPng(50_001, 1000))
    },
  },
]

const animation = async (path: string): Promise<void> => {
  const frames = await Promise.all([1, 2].map((row) => poster(row).png().toBuffer()))
  await sharp(frames, { join: { animated: true } })
    .gif()
    .toFile(path)
}

/** Pictures of unusual kinds, which are taken as they are. */
const oddPosters: Readonly<Record<string, (path: string) => Promise<unknown>>> = {
  'animated.gif': animation,
  'cmyk.jpg': (path) => poster(1).toColourspace('cmyk').jpeg().toFile(path),
  '16-bit.png': (path) => poster(1).toColourspace('rgb16').png().toFile(path),
  'grey.png': (path) => poster(1).greyscale().toColourspace('b-w').png().toFile(path),
  'alpha.png': (path) => poster(1).ensureAlpha(0.5).png().toFile(path),
  '1x1.png': (path) => poster(1).resize(1, 1).png().toFile(path),
  'png named.jpg': (path) => poster(1).png().toFile(path),
  'emoji 😀.jpg': (path) => poster(1).jpeg().toFile(path),
}

const withOddPosters = async (folder: string): Promise<void> => {
  await filmsWithPosters(
    folder,
    Object.keys(oddPosters).map((name) => `posters/${name}`),
  )
  for (const [name, make] of Object.entries(oddPosters)) await make(join(folder, 'posters', name))
}

const withBadPosters = async (folder: string): Promise<void> => {
  await filmsWithPosters(
    folder,
    badPosters.map(({ cell }) => cell),
  )
  for (const { cell, make } of badPosters) await make?.(join(folder, cell))
}

/** Rows are counted from 1, the bad ones come after the good ones. */
const badRows = badPosters.map(({ code }, index) => ({ row: ROWS + index + 1, code }))

const counts: Record<string, number> = {}
for (const { code } of badPosters) counts[code] = (counts[code] ?? 0) + 1

const total = ROWS + badPosters.length

const withoutPosters = (folder: string): void => {
  const rows = filmRows(([, label], row) => [`posters/${row}.jpg`, plot(row), label])
  writeFileSync(join(folder, 'films.csv'), csv(['poster', 'plot', 'genres'], rows))
}

export const pictures: readonly BadInput[] = [
  {
    name: 'posters that do not exist, are folders, lead out of the data folder, are text, cut off, empty or too large: inspect',
    make: withBadPosters,
    args: ['inspect', 'films.csv'],
    expected: {
      exit: 0,
      json: { rows: total, images: { poster: { named: total, missing: 0, problems: counts } } },
    },
  },
  {
    name: 'the same: prepare names each row',
    make: withBadPosters,
    args: ['prepare', 'films.csv', '--image-size', '8x12', '--out', 'out'],
    expected: {
      exit: 0,
      json: {
        rows: total,
        used_rows: total,
        missing: { poster: badPosters.length, plot: 0 },
        bad: badRows,
      },
    },
    leaves: ['out'],
  },
  {
    name: 'the same: train tells and goes on, the log names each row',
    make: withBadPosters,
    args: ['train', 'films.csv', '--image-size', '8x12', '--epochs', '1', '--out', 'run'],
    expected: {
      exit: 0,
      json: { run: 'run' },
      says: /poster is missing in 11 rows; they are used without it[^]*Row 41: there is no picture[^]*6 more rows have a problem; events\.jsonl names each/,
    },
    leaves: ['run'],
  },
  {
    name: 'animated, CMYK, 16-bit, grey, transparent, 1x1 and misnamed pictures',
    make: withOddPosters,
    args: ['prepare', 'films.csv', '--image-size', '8x12', '--out', 'out'],
    expected: {
      exit: 0,
      json: { used_rows: ROWS + Object.keys(oddPosters).length, missing: { poster: 0 }, bad: [] },
    },
    leaves: ['out'],
  },
  {
    name: 'no poster can be read, and there is no other input',
    make: withoutPosters,
    args: ['train', 'films.csv', '--image', 'poster', '--text', '', '--out', 'run'],
    expected: { exit: 2, code: 'data.nothing-readable', says: /40 labelled rows.*0\.jpg/ },
  },
  {
    name: 'a column of texts as the picture',
    make: withoutPosters,
    args: ['train', 'films.csv', '--image', 'plot', '--text', '', '--out', 'run'],
    expected: { exit: 2, code: 'data.nothing-readable' },
  },
  {
    name: 'pictures too small for the network',
    make: (folder) => filmsWithPosters(folder),
    args: ['train', 'films.csv', '--preset', 'article', '--image-size', '45x60', '--out', 'run'],
    expected: { exit: 2, code: 'experiment.invalid', says: /width: 45 pixels .* at least 46/ },
  },
]
