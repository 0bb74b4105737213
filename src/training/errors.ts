import { errorTable } from '../base/errors.ts'

export const trainingErrors = errorTable('training', {
  interrupted: {
    exit: 130,
    http: 503,
    message: 'training was interrupted at step {step}; everything up to there is saved',
    fix: 'Continue with: medley train --resume {run}',
  },
  'loss-not-finite': {
    exit: 1,
    http: 500,
    message:
      'the loss became {loss} at step {step} (stage {stage}, epoch {epoch}, rows {rows}); what was saved before is kept',
    fix: 'Use a lower learning rate (--learning-rate), or look for broken rows among these.',
  },
  'memory-too-small': {
    exit: 2,
    http: 400,
    message:
      'training may take {limit} (--memory), and takes about {need} even with one row at a time',
    fix: 'Allow more memory, or take smaller pictures (--image-size) or a smaller network.',
  },
  'checkpoint-foreign': {
    exit: 2,
    http: 409,
    message: 'the checkpoint belongs to another network: {reason}',
    fix: 'Resume with the version of Medley that started the run, or train into a new folder.',
  },
})
