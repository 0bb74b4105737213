// What can be wrong with a public data set as a whole. Problems of single records are counted in the report instead.
import { errorTable } from '../base/errors.ts'

export const sourceErrors = errorTable('source', {
  'not-found': {
    exit: 2,
    http: 404,
    message: 'there is no {path}, expected a folder with {file}, or that file',
    fix: 'Download the data set, unpack it, and name its folder.',
  },
  'file-missing': {
    exit: 2,
    http: 404,
    message: 'the folder {path} has no {file}; it has {found}',
    fix: 'Name the folder into which the data set was unpacked.',
  },
  'columns-missing': {
    exit: 2,
    http: 400,
    message: '{file} lacks the columns {missing}; it has {found}',
    fix: 'Use the file as it was published, or a copy with all of its columns.',
  },
  'nothing-kept': {
    exit: 2,
    http: 400,
    message: 'none of {records} records of {file} can be used: {reasons}',
    fix: 'Check that this is the data set that was named.',
  },
  'poster-folder': {
    exit: 2,
    http: 404,
    message: 'there is no folder {folder} with posters',
    fix: 'Correct --posters; `--posters download` fetches them.',
  },
  'poster-address': {
    exit: 2,
    http: 400,
    message: '{address} is not an address that posters can be fetched from: {reason}',
    fix: 'Give something like https://image.tmdb.org/t/p, and a size like w185 or original.',
  },
  'out-taken': {
    exit: 2,
    http: 409,
    message: '{out} has a {file} that no import made',
    fix: 'Give another folder with --out; nothing was changed.',
  },
})
