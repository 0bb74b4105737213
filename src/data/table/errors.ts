// What can be wrong with a table as a whole. Problems of single records are counted in the read report instead.

import { errorTable } from '../../base/errors.ts'

export const tableErrors = errorTable('table', {
  'file-missing': {
    exit: 2,
    http: 404,
    message: 'there is no file {file}',
    fix: 'Check the path; a relative path starts at the current folder.',
  },
  'is-folder': {
    exit: 2,
    http: 400,
    message: '{file} is a folder, expected a table',
    fix: 'Name a table file. Tables in this folder: {found}.',
  },
  unreadable: {
    exit: 2,
    http: 400,
    message: '{file} cannot be read: {reason}',
    fix: 'Check that the file exists and that you may read it.',
  },
  empty: {
    exit: 2,
    http: 400,
    message: '{file} is empty',
    fix: 'Give a table with a header line and at least one row.',
  },
  'no-rows': {
    exit: 2,
    http: 400,
    message: '{file} has a header ({columns}) but no rows',
    fix: 'Add rows below the header.',
  },
  'binary-file': {
    exit: 2,
    http: 400,
    message: '{file} is not a text table: it looks like {what}',
    fix: 'Save it as CSV (UTF-8), TSV, JSON Lines or Parquet.',
  },
  'wrong-delimiter': {
    exit: 2,
    http: 400,
    message: 'the delimiter {given} does not split {file}; {better} gives {columns} columns',
    fix: 'Leave the delimiter out, or pass {better}.',
  },
  'mostly-broken': {
    exit: 2,
    http: 400,
    message:
      '{reported} of {records} records of {file} are broken, expected {columns} fields each; ' +
      'the first is at line {line}: {reason}',
    fix: 'Check the delimiter, the quotes and the header line; export the table again with RFC 4180 quoting.',
  },
  'count-mismatch': {
    exit: 1,
    http: 500,
    message: '{file}: {expected} {what} were expected and {received} came',
    fix: 'The file may have changed while it was read; try again. If it happens twice, this is a bug in Medley.',
  },
  'parquet-broken': {
    exit: 2,
    http: 400,
    message: '{file} cannot be read as Parquet: {reason}',
    fix: 'Write the file again, or save it as CSV.',
  },
  'column-missing': {
    exit: 2,
    http: 400,
    message: 'there is no column {column}',
    fix: 'Did you mean {nearest}? The columns are: {found}.',
  },
  'no-labels': {
    exit: 2,
    http: 400,
    message: 'no column looks like labels',
    fix: 'Name it with --labels COLUMN. The columns are: {found}.',
  },
  'no-inputs': {
    exit: 2,
    http: 400,
    message: 'no column looks like an image path or a text',
    fix: 'Name one with --image COLUMN or --text COLUMN. The columns are: {found}.',
  },
  'role-clash': {
    exit: 2,
    http: 400,
    message: 'column {column} is named both as {first} and as {second}',
    fix: 'Give each column one role.',
  },
})
