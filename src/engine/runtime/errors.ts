import { errorTable } from '../../base/errors.ts'

export const runtimeErrors = errorTable('runtime', {
  'graph-refused': {
    exit: 1,
    http: 500,
    message: 'ONNX Runtime does not accept the graph {name}: {reason}',
    fix: 'Please report this with the run folder.',
  },
  'run-failed': {
    exit: 1,
    http: 500,
    message: 'running {name} failed: {reason}',
    fix: 'If it is out of memory, use a smaller --batch.',
  },
  'worker-died': {
    exit: 1,
    http: 500,
    message: 'the engine worker stopped: {reason}',
    fix: 'Continue from the last checkpoint with --resume.',
  },
})
