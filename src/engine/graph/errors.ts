import { errorTable } from '../../base/errors.ts'

export const graphErrors = errorTable('graph', {
  'shape-mismatch': {
    exit: 1,
    http: 500,
    message: '{op}: {rule}; got {got}',
    fix: 'Check the sizes of the layers that feed it.',
  },
  'type-mismatch': {
    exit: 1,
    http: 500,
    message: '{op}: expected {expected}; got {got}',
    fix: 'Insert a cast.',
  },
  'no-gradient': {
    exit: 1,
    http: 500,
    message: '{op} has no gradient here: {why} (tensor {tensor})',
    fix: 'Freeze the parameters below it, or use another operator.',
  },
  'not-scalar': {
    exit: 1,
    http: 500,
    message: 'gradients start from a scalar; {tensor} has shape {got}',
    fix: 'Reduce the loss to one number first.',
  },
})
