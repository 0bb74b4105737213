// What can be wrong with one picture. Decoders answer with texts like "unknown error", so the message always names the
// file and what was found in it.
import { errorTable } from '../../base/errors.ts'

const replaceIt = 'Replace the file.'

export const imageErrors = errorTable('image', {
  missing: {
    exit: 2,
    http: 404,
    message: 'there is no picture {path}',
    fix: 'Check the spelling, or leave the cell empty if the row has no picture.',
  },
  'path-invalid': {
    exit: 2,
    http: 400,
    message: '{path} is not a file name: {reason}',
    fix: 'Write the path of a picture, relative to the data folder.',
  },
  'encoded-broken': {
    exit: 2,
    http: 400,
    message: '{path} is not a picture in text: {reason}',
    fix: 'Write base64, a data URL (data:image/jpeg;base64,...), or the path of a picture.',
  },
  remote: {
    exit: 2,
    http: 400,
    message: '{path} is an address, not a file',
    fix: 'Let --fetch-images download it, or write the path of a file into the table.',
  },
  'outside-folder': {
    exit: 2,
    http: 400,
    message: '{path} leads out of the data folder {folder}',
    fix: 'Copy the pictures into the data folder, or name a folder that holds them all.',
  },
  'not-a-file': {
    exit: 2,
    http: 400,
    message: '{path} is {kind}, not a picture file',
    fix: 'Write the path of a picture file.',
  },
  unreadable: {
    exit: 2,
    http: 500,
    message: '{path} cannot be read: {reason}',
    fix: 'Make the file readable.',
  },
  empty: {
    exit: 2,
    http: 422,
    message: '{path} has no bytes in it',
    fix: 'The download or copy failed: get it again.',
  },
  'not-an-image': {
    exit: 2,
    http: 415,
    message: '{path} is not a picture; it holds {found}',
    fix: replaceIt,
  },
  unsupported: {
    exit: 2,
    http: 415,
    message: '{path} is {found}, expected JPEG, PNG, WebP, GIF, TIFF or AVIF',
    fix: 'Convert it to JPEG or PNG.',
  },
  truncated: {
    exit: 2,
    http: 422,
    message: '{path} is cut off: its {format} data end too early',
    fix: 'The download or copy failed: get it again.',
  },
  corrupt: {
    exit: 2,
    http: 422,
    message: '{path} is a damaged {format} file: {reason}',
    fix: replaceIt,
  },
  'too-many-pixels': {
    exit: 2,
    http: 413,
    message: '{path} declares more than {limit} million pixels',
    fix: 'Make it smaller.',
  },
  'too-large': {
    exit: 2,
    http: 413,
    message: '{path} has {size} MB, the limit is {limit} MB',
    fix: 'Make it smaller.',
  },
  'too-slow': {
    exit: 2,
    http: 422,
    message: '{path} was not decoded within {seconds} seconds',
    fix: 'Save it as a plain JPEG or PNG.',
  },
})
