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
    fix: 'Name a table file, or several with a pattern such as *.csv. Tables in this folder: {found}.',
  },
  'not-a-file': {
    exit: 2,
    http: 400,
    message: '{file} is {what}, expected a file: a table is read more than once',
    fix: 'Save what comes out of it in a file first, such as table.csv, and name that file.',
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
  'gzip-broken': {
    exit: 2,
    http: 400,
    message: '{file} cannot be unpacked: {reason}',
    fix: 'The download or copy failed: get it again.',
  },
  'json-shape': {
    exit: 2,
    http: 400,
    message: '{file} is {found}, expected one array of objects or one object per line',
    fix: 'Save the rows as a list, a single row too: in pandas, to_json(file, orient="records").',
  },
  'json-broken': {
    exit: 2,
    http: 400,
    message: 'the JSON in {file} is broken at line {line}: {reason}',
    fix: 'The file may be cut off: get it again, or save it as JSON Lines.',
  },
  'json-records': {
    exit: 2,
    http: 400,
    message:
      '{reported} of {records} records of {file} cannot be read, expected one array of objects or one object per line; ' +
      'the first is at line {line}: {reason}',
    fix: 'Look at that line, or export the table again as JSON Lines or CSV.',
  },
  'database-broken': {
    exit: 2,
    http: 400,
    message: '{file} cannot be read as {what}: {reason}',
    fix: 'Close the programs that use it, check that it is complete, or export the table as CSV.',
  },
  'no-tables': {
    exit: 2,
    http: 400,
    message: '{file} has no tables',
    fix: 'Name a database that has one.',
  },
  'table-choice': {
    exit: 2,
    http: 400,
    message: '{file} has {count} tables and none was chosen',
    fix: 'Name one with --table: {found}.',
  },
  'table-missing': {
    exit: 2,
    http: 400,
    message: 'there is no table {table} in {file}',
    fix: 'The tables are: {found}.',
  },
  'table-unused': {
    exit: 2,
    http: 400,
    message: '--table {table} was given, but {file} is not a database',
    fix: 'Leave --table out.',
  },
  'pattern-empty': {
    exit: 2,
    http: 404,
    message: 'no file matches {pattern}',
    fix: 'Check the pattern; * stands for any part of a name, ** for any folders.',
  },
  'pattern-columns': {
    exit: 2,
    http: 400,
    message: '{file} has none of the columns of {first} ({columns})',
    fix: 'Use a pattern that matches files of one table only.',
  },
  'folder-plain': {
    exit: 2,
    http: 400,
    message: '{file} has {count} pictures but no folders, so nothing says what they show',
    fix: 'Expected a folder per class, such as {file}/cat/1.jpg, or a table that names the pictures.',
  },
  'folder-empty': {
    exit: 2,
    http: 400,
    message: '{file} is a folder without tables and without pictures in class folders',
    fix: 'Expected a folder per class, such as {file}/cat/1.jpg or {file}/train/cat/1.jpg, or a table file.',
  },
  'where-invalid': {
    exit: 2,
    http: 400,
    message: 'the filter {where} cannot be used: {reason}',
    fix: "Give one SQL condition, such as: year > 1990 and language = 'en'. The columns are: {found}.",
  },
  'where-empty': {
    exit: 2,
    http: 400,
    message: 'the filter {where} leaves none of the {rows} rows of {file}',
    fix: 'Make it wider.',
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
