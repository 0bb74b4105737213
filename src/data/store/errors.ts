// What can go wrong with a prepared store.
import { errorTable } from '../../base/errors.ts'

export const storeErrors = errorTable('store', {
  busy: {
    exit: 1,
    http: 409,
    message: 'a store is being prepared there already: {reason}',
    fix: 'Wait until it is done, or choose another folder.',
  },
})
