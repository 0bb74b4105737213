// Tables that are missing, empty, broken or written in an unusual way.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect } from 'vitest'

import { csv, filmRows, films, goodFilms, ROWS } from './films.ts'

import type { BadInput } from './row.ts'

const nothing = (): void => undefined

/** A table that is read whole, without a word. */
const clean = { records: ROWS, used: ROWS, repaired: [], reported: [], warnings: [] }

const columns = [{ name: 'plot' }, { name: 'genres' }]

/** The good table with other text at a line of it; the header is line 1. */
const withLine = (number: number, line: string): string =>
  goodFilms
    .split('\n')
    .map((text, index) => (index === number - 1 ? line : text))
    .join('\n')

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')

const json =
  (value: unknown) =>
  (folder: string): void => {
    writeFileSync(join(folder, 'films.json'), JSON.stringify(value))
  }

const CELL_BYTES = 10_000_000
/** A long one: what a big cell costs goes by its words. */
const CELL_WORD = 'counterrevolutionary '

export const tables: readonly BadInput[] = [
  ...(['inspect', 'train', 'prepare --out prepared', 'vectors'] as const).map(
    (command): BadInput => ({
      name: `a missing file: ${command}`,
      make: nothing,
      args: [...command.split(' '), 'films.csv'],
      expected: {
        exit: 2,
        code: command === 'vectors' ? 'vectors.missing' : 'table.file-missing',
        says: /films\.csv/,
      },
    }),
  ),
  {
    name: 'a folder in place of a table',
    make: (folder) => {
      mkdirSync(join(folder, 'data'))
      films(goodFilms)(join(folder, 'data'))
    },
    args: ['train', 'data', '--out', 'run'],
    expected: { exit: 2, code: 'table.is-folder', says: /films\.csv/ },
  },
  ...(['inspect', 'train', 'prepare --out prepared'] as const).map((command): BadInput => ({
    name: `a pipe in place of a table: ${command}`,
    make: (folder) => {
      execFileSync('mkfifo', [join(folder, 'films.csv')])
    },
    args: [...command.split(' '), 'films.csv'],
    expected: { exit: 2, code: 'table.not-a-file', says: /films\.csv is a pipe, expected a file/ },
  })),
  {
    name: 'a device in place of a table',
    make: nothing,
    args: ['inspect', '/dev/null'],
    expected: { exit: 2, code: 'table.not-a-file', says: /is a device, expected a file/ },
  },
  {
    name: 'an unknown column',
    make: films(goodFilms),
    args: ['train', 'films.csv', '--text', 'plto', '--out', 'run'],
    expected: {
      exit: 2,
      code: 'table.column-missing',
      says: /Did you mean plot\? The columns are: plot, genres/,
    },
  },
  {
    name: 'one column as input and as labels',
    make: films(goodFilms),
    args: ['train', 'films.csv', '--text', 'plot', '--labels', 'plot', '--out', 'run'],
    expected: { exit: 2, code: 'table.role-clash', says: /plot/ },
  },
  {
    name: 'an empty CSV',
    make: films(''),
    args: ['train', 'films.csv', '--out', 'run'],
    expected: { exit: 2, code: 'table.empty' },
  },
  {
    name: 'only blank lines',
    make: films('  \n\n'),
    args: ['inspect', 'films.csv'],
    expected: { exit: 2, code: 'table.empty' },
  },
  {
    name: 'a header only',
    make: films('plot,genres\n'),
    args: ['train', 'films.csv', '--out', 'run'],
    expected: { exit: 2, code: 'table.no-rows', says: /plot, genres/ },
  },
  {
    name: 'duplicate column names',
    make: films(
      csv(
        ['plot', 'plot', 'genres'],
        filmRows(([text, label]) => [text, 'x', label]),
      ),
    ),
    args: ['inspect', 'films.csv'],
    expected: {
      exit: 0,
      json: {
        rows: ROWS,
        columns: [{ name: 'plot' }, { name: 'plot.2' }, { name: 'genres' }],
        read: { ...clean, warnings: ['column 2 is a second plot; called plot.2'] },
      },
    },
  },
  {
    name: 'column names that JavaScript uses itself',
    make: films(csv(['__proto__', 'constructor'], filmRows())),
    args: [
      'prepare',
      'films.csv',
      '--text',
      '__proto__',
      '--labels',
      'constructor',
      '--out',
      'out',
    ],
    expected: { exit: 0, json: { rows: ROWS, used_rows: ROWS, labels: ['Drama', 'War'] } },
    leaves: ['out'],
  },
  {
    name: 'another delimiter',
    make: films(goodFilms.replaceAll(',', ';')),
    args: ['inspect', 'films.csv'],
    expected: { exit: 0, json: { columns, rows: ROWS, read: { ...clean, delimiter: ';' } } },
  },
  {
    name: 'another delimiter in all rows than in the header',
    make: films(goodFilms.replaceAll(',', ';').replace(';', ',')),
    args: ['train', 'films.csv', '--out', 'run'],
    expected: { exit: 2, code: 'table.mostly-broken', says: /line 2: 1 fields, expected 2/ },
  },
  {
    name: 'another delimiter in a few rows',
    make: films(withLine(5, 'love;Drama')),
    args: ['inspect', 'films.csv'],
    expected: {
      exit: 0,
      json: {
        rows: ROWS - 1,
        read: { used: ROWS - 1, repaired: [], reported: [{ line: 5, excerpt: 'love;Drama' }] },
      },
    },
  },
  {
    name: 'a row that breaks its quotes and another with too many fields',
    make: films(
      withLine(7, 'a ship,"Drama"s,one,two').replace('\n', '\n"A ""quoted"" plot",Drama\n'),
    ),
    args: ['prepare', 'films.csv', '--out', 'out'],
    expected: {
      exit: 0,
      json: {
        rows: ROWS,
        used_rows: ROWS,
        read: { records: ROWS + 1, used: ROWS, reported: [{ line: 8 }] },
      },
      says: /1 of 41 records of films\.csv cannot be read and are left out \(line 8: /,
    },
    leaves: ['out'],
  },
  {
    name: 'stray quotes and a quote that is never closed',
    make: films(withLine(9, 'a "stray" quote,Drama').replace(/\n$/, '\n"never closed,War\n')),
    args: ['train', 'films.csv', '--epochs', '1', '--out', 'run'],
    expected: {
      exit: 0,
      json: { epochs: 1, run: 'run' },
      says: /2 of 41 records of films\.csv were repaired \(line 9: .*; line 42: a quote that is never closed\)[^]*41 of 41 rows are used/,
    },
    leaves: ['run'],
  },
  {
    name: 'text that is not UTF-8',
    make: films(Buffer.from(goodFilms.replaceAll('love', 'café'), 'latin1')),
    args: ['inspect', 'films.csv'],
    expected: {
      exit: 0,
      json: {
        rows: ROWS,
        read: {
          ...clean,
          encoding: 'windows-1252',
          warnings: [expect.stringMatching(/not UTF-8 .*read as Windows-1252/)],
        },
      },
    },
  },
  {
    name: 'a few bytes that are not UTF-8',
    make: films(
      Buffer.concat([
        Buffer.from(`${goodFilms.replaceAll('love', 'café')}war `),
        Buffer.from([0xff, 0xfe]),
        Buffer.from(',War\n'),
      ]),
    ),
    args: ['prepare', 'films.csv', '--out', 'out'],
    expected: {
      exit: 0,
      json: { used_rows: ROWS + 1, read: { encoding: 'utf-8' } },
      says: /2 bytes are not valid UTF-8, the first at byte \d+/,
    },
    leaves: ['out'],
  },
  {
    name: 'UTF-16',
    make: films(utf16(goodFilms)),
    args: ['inspect', 'films.csv'],
    expected: { exit: 0, json: { columns, read: { ...clean, encoding: 'utf-16le', bom: true } } },
  },
  {
    name: 'a byte order mark',
    make: films(`\uFEFF${goodFilms}`),
    args: ['inspect', 'films.csv', '--text', 'plot'],
    expected: { exit: 0, json: { columns, read: { ...clean, bom: true } } },
  },
  {
    name: 'CRLF line ends',
    make: films(goodFilms.replaceAll('\n', '\r\n')),
    args: ['inspect', 'films.csv'],
    expected: { exit: 0, json: { columns, read: { ...clean, line_ending: 'CRLF' } } },
  },
  {
    name: 'CR line ends',
    make: films(goodFilms.replaceAll('\n', '\r')),
    args: ['inspect', 'films.csv'],
    expected: { exit: 0, json: { columns, read: { ...clean, line_ending: 'CR' } } },
  },
  {
    name: 'NUL characters',
    make: films(goodFilms.replaceAll('love', 'lo\0ve')),
    args: ['inspect', 'films.csv'],
    expected: {
      exit: 0,
      json: { read: { ...clean, warnings: [expect.stringMatching(/NUL characters/)] } },
    },
  },
  {
    name: 'a 10 MB cell',
    make: films(
      csv(
        ['plot', 'genres'],
        filmRows((cells, row) =>
          row === 7
            ? [CELL_WORD.repeat(Math.ceil(CELL_BYTES / CELL_WORD.length)), cells[1]]
            : cells,
        ),
      ),
    ),
    args: ['prepare', 'films.csv', '--out', 'out'],
    expected: { exit: 0, json: { used_rows: ROWS, read: clean } },
    leaves: ['out'],
  },
  {
    name: 'the line by which Excel names the delimiter',
    make: films(`sep=;\r\n${goodFilms.replaceAll(',', ';').replaceAll('\n', '\r\n')}`),
    args: ['inspect', 'films.csv'],
    expected: { exit: 0, json: { columns, rows: ROWS, read: { ...clean, delimiter: ';' } } },
  },
  {
    name: 'a JSON object of columns',
    make: json({
      plot: filmRows().map(([plot]) => plot),
      genres: filmRows().map(([, label]) => label),
    }),
    args: ['inspect', 'films.json'],
    expected: {
      exit: 2,
      code: 'table.json-shape',
      says: /is one JSON object \("plot": a list of 40 texts, "genres": a list of 40 texts\), expected/,
    },
  },
  {
    name: 'a JSON object around the rows',
    make: json({ count: ROWS, data: filmRows().map(([plot, genres]) => ({ plot, genres })) }),
    args: ['inspect', 'films.json'],
    expected: {
      exit: 0,
      json: {
        columns,
        rows: ROWS,
        read: { ...clean, warnings: ['the rows are the list "data" of its one object'] },
      },
    },
  },
  {
    name: 'a picture in place of a table',
    make: films(Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 2, 3])),
    args: ['inspect', 'films.csv'],
    expected: { exit: 2, code: 'table.binary-file', says: /JPEG/ },
  },
  {
    name: 'a table of two rows',
    make: films(csv(['plot', 'genres'], filmRows().slice(0, 2))),
    args: ['train', 'films.csv', '--text', 'plot', '--labels', 'genres', '--out', 'run'],
    expected: { exit: 2, code: 'split.too-few-rows', says: /2 rows/ },
  },
]
