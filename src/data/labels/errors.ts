// What can be wrong with labels as a whole; odd cells of single rows are counted in the report instead.

import { errorTable } from '../../base/errors.ts'

export const labelErrors = errorTable('labels', {
  'all-empty': {
    exit: 2,
    http: 400,
    message: 'none of {rows} rows has a label ({unparsable} cells could not be read as {format})',
    fix: 'Check the label column and its format.',
  },
  'nothing-to-learn': {
    exit: 2,
    http: 400,
    message: 'all {rows} rows have the same single label {label}',
    fix: 'Add rows without it, or with other labels.',
  },
  'too-many': {
    exit: 2,
    http: 400,
    message: '{labels} different labels in {rows} rows are more than fit in memory',
    fix: 'Check that the column holds labels and that its format is right ({format}).',
  },
})
