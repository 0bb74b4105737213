// What can go wrong while a model is judged.
import { errorTable } from '../base/errors.ts'

export const evaluationErrors = errorTable('evaluation', {
  'baseline-stopped': {
    exit: 1,
    http: 500,
    message: 'the linear text baseline stopped without a result: {reason}',
    fix: 'Free some memory and evaluate again.',
  },
})
