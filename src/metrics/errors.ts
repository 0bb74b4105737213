// What can be wrong with the input of a metric. A metric never answers with a number that it could not compute.
import { errorTable } from '../base/errors.ts'

export const metricsErrors = errorTable('metrics', {
  empty: {
    exit: 2,
    http: 400,
    message: 'there is nothing to score: {rows} rows and {labels} labels',
    fix: 'Score at least one row and one label.',
  },
  'shape-mismatch': {
    exit: 2,
    http: 400,
    message: '{what} should be {expected}, but is {received}',
    fix: 'Give truth and predictions of the same rows and the same labels.',
  },
  'scores-not-finite': {
    exit: 1,
    http: 500,
    message: 'the score of row {row} (counted from 1), label {label} (counted from 1) is {value}',
    fix: 'Scores must be finite. A model that gives others has diverged: train with a lower learning rate.',
  },
  'labels-not-binary': {
    exit: 2,
    http: 400,
    message: 'the label of row {row}, column {label} (both counted from 1) is {value}, not 0 or 1',
    fix: 'Turn scores into 0 and 1 with thresholdScores first.',
  },
  'class-out-of-range': {
    exit: 2,
    http: 400,
    message: 'the class of row {row} (counted from 1) is {value}, not a number from 0 to {last}',
    fix: 'Number the classes from 0, and give the number of all classes.',
  },
  'target-not-finite': {
    exit: 2,
    http: 400,
    message: 'the true number of row {row} (counted from 1) is {value}',
    fix: 'Leave out rows without a finite number in the target.',
  },
  'not-probabilities': {
    exit: 2,
    http: 400,
    message:
      'the score of row {row}, label {label} (both counted from 1) is {value}, not in [0, 1]',
    fix: 'Give probabilities. Logits have a function of their own: binaryCrossEntropyFromLogits.',
  },
  'option-invalid': {
    exit: 2,
    http: 400,
    message: '{option} should be {expected}, but is {received}',
    fix: 'Change {option}.',
  },
})
