// What can go wrong with a run folder.
import { errorTable } from '../base/errors.ts'

export const runErrors = errorTable('run', {
  exists: {
    exit: 2,
    http: 409,
    message: '{folder} is not free: it holds {content}',
    fix: 'Choose another --out folder{alternative}.',
  },
  'not-found': {
    exit: 2,
    http: 404,
    message: '{folder} is no run folder: there is no {missing}',
    fix: 'Give the folder that `medley train` printed, such as runs/20260101-120000-films.',
  },
  finished: {
    exit: 2,
    http: 409,
    message: 'the run {folder} has finished; there is nothing to resume',
    fix: 'Train its experiment.json again, or evaluate the run.',
  },
  'checkpoint-corrupt': {
    exit: 1,
    http: 500,
    message: 'no checkpoint in {folder} can be read: {reasons}',
    fix: 'Start the run again; if the disk is failing, on another one.',
  },
  'snapshot-corrupt': {
    exit: 1,
    http: 500,
    message: 'the saved weights {path} cannot be used: {reason}',
    fix: 'Start the run again; if the disk is failing, on another one.',
  },
  'not-finite': {
    exit: 1,
    http: 500,
    message:
      'tensor {tensor} holds NaN or an infinity at step {step}; the last good checkpoint is kept',
    fix: 'Lower the learning rate.',
  },
  'environment-differs': {
    exit: 2,
    http: 409,
    message: 'the run cannot go on here with the same bits: {differences}',
    fix: 'Resume where it began, with the same threads, versions and data, or start a new run.',
  },
  'environment-invalid': {
    exit: 1,
    http: 422,
    message: '{path} does not describe where the run began: {reason}',
    fix: 'Restore the file or start a new run.',
  },
})
