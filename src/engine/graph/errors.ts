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
  'nothing-to-train': {
    exit: 2,
    http: 400,
    message: 'every one of the {count} parameters is frozen: nothing is left to train',
    fix: 'Leave a parameter trainable, such as those of the output layer.',
  },
  'not-scalar': {
    exit: 1,
    http: 500,
    message: 'gradients start from a scalar; {tensor} has shape {got}',
    fix: 'Reduce the loss to one number first.',
  },
})
