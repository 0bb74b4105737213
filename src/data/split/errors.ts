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
  'too-few-groups': {
    exit: 2,
    http: 400,
    message: '{groups} groups of rows that stay together cannot be split into {parts} parts',
    fix: 'Group by a column with more values, or leave --group out.',
  },
  'bad-folds': {
    exit: 2,
    http: 400,
    message: '{rows} rows cannot be cut into {folds} folds',
    fix: 'Ask for 2 folds or more, and for no more than there are rows.',
  },
  'bad-fold': {
    exit: 2,
    http: 400,
    message: '{fold} is no fold to train on',
    fix: 'Give K/N: fold K of N, from 1 to N, with at least {least} folds, such as 1/5.',
  },
  'too-few-dates': {
    exit: 2,
    http: 400,
    message: 'the column {column} has {dates} different dates, and a split by time needs three',
    fix: 'Name a column with dates or years of the rows.',
  },
  clash: {
    exit: 2,
    http: 400,
    message: '{first} and {second} ask for different splits',
    fix: 'Give one of them.',
  },
})
