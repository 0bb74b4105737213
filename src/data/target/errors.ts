import { errorTable } from '../../base/errors.ts'

export const targetErrors = errorTable('target', {
  'one-column': {
    exit: 2,
    http: 400,
    message: '{task} has one target column, but {columns} were named',
    fix: 'Name one column, or use --task multi-label with one column per label.',
  },
  'not-numbers': {
    exit: 2,
    http: 400,
    message:
      '{column} cannot be predicted as a number: only {share} % of its cells are numbers; one is "{example}"',
    fix: 'Name another column, or use --task multi-class.',
  },
  'one-class': {
    exit: 2,
    http: 400,
    message: 'the cells of {column} have {found}: there is nothing to learn',
    fix: 'Name another column with --labels; a label that rows have or do not have needs a column of 1 and 0.',
  },
  'too-many-classes': {
    exit: 2,
    http: 400,
    message: '{column} has {found} different values; at most {most} classes can be told apart',
    fix: 'Name another column, or use --task regression for numbers.',
  },
  'not-binary': {
    exit: 2,
    http: 400,
    message: '{column} has {found} different values, and a yes-or-no target has two',
    fix: 'Use --task multi-class, or name the two with --classes NO,YES.',
  },
  'no-order': {
    exit: 2,
    http: 400,
    message: 'the order of the classes of {column} is not known ({classes}, ...)',
    fix: 'Name them from low to high with --classes, such as --classes low,medium,high.',
  },
  'weight-negative': {
    exit: 2,
    http: 400,
    message: 'a row cannot count less than nothing: {column} has the weight {value}',
    fix: 'Correct that cell, or name another column with --weight.',
  },
  'weight-too-large': {
    exit: 2,
    http: 400,
    message: 'a weight must be below 3.4e38: {column} has {value}',
    fix: 'Correct that cell, or divide the column by its mean: only the proportions of weights count.',
  },
  'weight-zero': {
    exit: 2,
    http: 400,
    message: 'none of the {rows} training rows has a weight above 0 in {column}',
    fix: 'Name another column with --weight, or leave this one out with --ignore.',
  },
  'not-in-column': {
    exit: 2,
    http: 400,
    message: 'no row of {column} has the class {name}; it has {found}',
    fix: 'Check the spelling in --classes.',
  },
})
