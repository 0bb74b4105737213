// What can be wrong with a split.

import { errorTable } from '../../base/errors.ts'

export const splitErrors = errorTable('split', {
  'bad-fractions': {
    exit: 2,
    http: 400,
    message: 'the split fractions {fractions} are not three numbers from 0 that add up to 1',
    fix: 'Give for example 0.8, 0.1, 0.1.',
  },
  'too-few-rows': {
    exit: 2,
    http: 400,
    message: '{rows} rows cannot be split into training, validation and test rows',
    fix: 'Give at least 3 rows.',
  },
  'unknown-part': {
    exit: 2,
    http: 400,
    message: 'the split column says {value}, expected train, validation or test',
    fix: 'Use train, val (valid, validation, dev) and test in every row.',
  },
  'empty-part': {
    exit: 2,
    http: 400,
    message: 'the split column has no {part} rows',
    fix: 'Mark some rows as {part}, or leave the split column out.',
  },
})
