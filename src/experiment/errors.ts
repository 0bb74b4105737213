import { errorTable } from '../base/errors.ts'

export const experimentErrors = errorTable('experiment', {
  invalid: {
    exit: 2,
    http: 400,
    message: 'the experiment is not valid: {path}: {reason}',
    fix: 'Correct that field; the resolved experiment of any run folder is a complete example.',
  },
  'input-name': {
    exit: 2,
    http: 400,
    message: 'the experiment cannot have an input with the name {name}: {reason}',
    fix: 'Give it another name under inputs; the name of its column stays.',
  },
  'not-readable': {
    exit: 2,
    http: 400,
    message: 'the experiment file cannot be read: {reason}',
    fix: 'Give a .json or .yaml file with an experiment, or a table.',
  },
  'nothing-to-fuse': {
    exit: 2,
    http: 400,
    message: 'the staged recipe fuses two inputs or more; this table has {count}',
    fix: 'Use --recipe joint, or name more inputs with --image and --text.',
  },
})
