// What can go wrong with a prepared store.
import { errorTable } from '../../base/errors.ts'

export const storeErrors = errorTable('store', {
  busy: {
    exit: 1,
    http: 409,
    message: 'a store is being prepared there already: {reason}',
    fix: 'Wait until it is done, or choose another folder.',
  },
  none: {
    exit: 2,
    http: 404,
    message: 'there is no prepared data in {folder}',
    fix: 'Name the folder given to medley prepare --out, or to --cache.',
  },
  damaged: {
    exit: 1,
    http: 500,
    message: '{damaged} of {stores} prepared stores in {folder} are damaged: {file} {problem}',
    fix: 'Remove {remove}: the next medley prepare or train makes it again.',
  },
})
