// What can go wrong when a sample data set is made.
import { errorTable } from '../base/errors.ts'

export const sampleErrors = errorTable('samples', {
  'folder-not-empty': {
    exit: 2,
    http: 409,
    message: 'the folder already holds files that Medley did not generate',
    fix: 'Name a new or empty folder; nothing was changed.',
  },
  'not-a-folder': {
    exit: 2,
    http: 409,
    message: 'there is a file where the folder should be',
    fix: 'Name a new or empty folder; nothing was changed.',
  },
  'option-invalid': {
    exit: 2,
    http: 400,
    message: '{option} must be a whole number from {least} to {most}, not {received}',
    fix: 'Leave {option} out to get the default.',
  },
})
