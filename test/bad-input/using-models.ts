// A finished model and what it is asked to predict. The model is trained once, by the first row that needs it.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll } from 'vitest'

import { csv, filmRows, films, filmsWithPosters, goodFilms, plot, ROWS } from './films.ts'
import { runCommand } from '../support/run-command.ts'

import type { BadInput } from './row.ts'

const shelf = mkdtempSync(join(tmpdir(), 'medley-bad-input-model-'))
afterAll(() => {
  rmSync(shelf, { recursive: true })
})

/** `run/`, a model of posters and plots, and the table that `write` makes. */
const withModel =
  (write: (folder: string) => Promise<void> | void) =>
  async (folder: string): Promise<void> => {
    if (!existsSync(join(shelf, 'run'))) {
      await filmsWithPosters(shelf)
      const settings = ['--image-size', '8x12', '--epochs', '1', '--out', 'run']
      await runCommand(shelf, ['train', 'films.csv', ...settings])
    }
    cpSync(join(shelf, 'run'), join(folder, 'run'), { recursive: true })
    await write(folder)
  }

const PREDICT = ['predict', 'run', 'films.csv', '--out', 'predictions.csv']

const half = (): string =>
  csv(
    ['poster', 'plot'],
    filmRows((_, row) => ['', row % 2 ? plot(row) : '']),
  )

export const usingModels: readonly BadInput[] = [
  {
    name: 'predict: an empty table',
    make: withModel(films('')),
    args: PREDICT,
    expected: { exit: 2, code: 'table.empty' },
  },
  {
    name: 'predict: a table without one of the columns',
    make: withModel(films(goodFilms)),
    args: PREDICT,
    expected: {
      exit: 0,
      json: { rows: ROWS, predicted: ROWS, missing: { poster: ROWS, plot: 0 } },
      says: /no column poster: poster is missing in all rows/,
    },
    leaves: ['predictions.csv'],
  },
  {
    name: 'predict: a table without any of the columns',
    make: withModel(
      films(
        csv(
          ['text'],
          filmRows(([text]) => [text]),
        ),
      ),
    ),
    args: PREDICT,
    expected: { exit: 2, code: 'table.column-missing', says: /poster/ },
  },
  {
    name: 'predict: rows without any input',
    make: withModel((folder) => {
      films(half())(folder)
    }),
    args: PREDICT,
    expected: {
      exit: 0,
      json: {
        rows: ROWS,
        predicted: ROWS / 2,
        not_predicted: Array.from({ length: ROWS / 2 }, (_, index) => 2 * index + 1),
      },
      says: /20 rows have no input at all/,
    },
    leaves: ['predictions.csv'],
  },
  {
    name: 'predict: broken records are told',
    make: withModel(films(`${goodFilms}one field\n`)),
    args: PREDICT,
    expected: {
      exit: 0,
      json: { rows: ROWS, predicted: ROWS },
      says: /1 of 41 records of films\.csv cannot be read and are left out \(line 42: /,
    },
    leaves: ['predictions.csv'],
  },
  {
    name: 'predict: over its own table',
    make: withModel(films(goodFilms)),
    args: ['predict', 'run', 'films.csv', '--out', './films.csv'],
    expected: { exit: 2, code: 'workflow.out-is-data' },
  },
  {
    name: 'predict: into a folder that is not there',
    make: withModel(films(goodFilms)),
    args: ['predict', 'run', 'films.csv', '--out', 'nowhere/predictions.csv'],
    expected: { exit: 2, code: 'files.not-found', says: /nowhere/ },
  },
  {
    name: 'predict: an image folder that is not there',
    make: withModel(films(goodFilms)),
    args: [...PREDICT, '--images', 'nowhere'],
    expected: { exit: 2, code: 'workflow.image-folder', says: /nowhere/ },
  },
  {
    name: 'train: an image folder that is not there',
    make: films(goodFilms),
    args: ['train', 'films.csv', '--images', 'nowhere', '--out', 'run'],
    expected: { exit: 2, code: 'workflow.image-folder' },
  },
  {
    name: 'predict: a picture that is not there',
    make: withModel(() => undefined),
    args: ['predict', 'run', '--image', 'none.jpg'],
    expected: { exit: 2, code: 'image.missing' },
  },
  {
    name: 'predict: a text file as the picture',
    make: withModel(films(goodFilms)),
    args: ['predict', 'run', '--image', 'films.csv'],
    expected: { exit: 2, code: 'model.nothing-given' },
  },
  {
    name: 'predict: a table in place of a model',
    make: films(goodFilms),
    args: ['predict', 'films.csv', 'films.csv', '--out', 'predictions.csv'],
    expected: { exit: 2, code: 'model.not-medley' },
  },
  {
    name: 'predict: half a model',
    make: withModel((folder) => {
      films(goodFilms)(folder)
      const bytes = readFileSync(join(folder, 'run/model.onnx'))
      writeFileSync(join(folder, 'half.onnx'), bytes.subarray(0, bytes.length / 2))
    }),
    args: ['predict', 'half.onnx', 'films.csv', '--out', 'predictions.csv'],
    expected: { exit: 2, code: 'model.not-medley' },
  },
  {
    name: 'evaluate: a table without labels',
    make: withModel(
      films(
        csv(
          ['plot'],
          filmRows(([text]) => [text]),
        ),
      ),
    ),
    args: ['evaluate', 'run', 'films.csv'],
    expected: { exit: 2, code: 'table.column-missing', says: /genres/ },
  },
  {
    name: 'train: into a folder with other files',
    make: (folder) => {
      films(goodFilms)(folder)
      mkdirSync(join(folder, 'mine'))
      writeFileSync(join(folder, 'mine/thesis.txt'), 'years of work')
    },
    args: ['train', 'films.csv', '--out', 'mine'],
    expected: { exit: 2, code: 'run.exists', says: /thesis\.txt/ },
  },
  {
    name: 'train: into a finished run',
    make: withModel(films(goodFilms)),
    args: ['train', 'films.csv', '--out', 'run'],
    expected: { exit: 2, code: 'run.exists', says: /a finished run/ },
  },
  {
    name: 'train: into a file',
    make: films(goodFilms),
    args: ['train', 'films.csv', '--out', 'films.csv/run'],
    expected: { exit: 2, code: 'files.not-a-folder' },
  },
  {
    name: 'prepare: into a run',
    make: withModel(films(goodFilms)),
    args: ['prepare', 'films.csv', '--out', 'run'],
    expected: { exit: 2, code: 'run.exists' },
  },
  {
    name: 'train: resume a finished run',
    make: withModel(() => undefined),
    args: ['train', '--resume', 'run'],
    expected: { exit: 2, code: 'run.finished' },
  },
  {
    name: 'an experiment file that is none',
    make: (folder) => {
      writeFileSync(join(folder, 'experiment.json'), '{"version": 1, "inputs": ')
    },
    args: ['train', 'experiment.json', '--out', 'run'],
    expected: { exit: 2, code: 'experiment.not-readable' },
  },
]
