import { errorTable } from '../base/errors.ts'

export const modelErrors = errorTable('model', {
  'not-found': {
    exit: 2,
    http: 404,
    message: 'there is no model at {path}',
    fix: 'Give a run folder that has finished, or a model.onnx.',
  },
  'not-medley': {
    exit: 2,
    http: 400,
    message: '{path} is not a model that Medley wrote: {reason}',
    fix: 'Give a model.onnx from a run folder.',
  },
  'row-invalid': {
    exit: 2,
    http: 400,
    message: 'a row to predict is an object with its inputs by name, not {found}',
    fix: 'Give an object whose keys are names of inputs.',
  },
  'cell-invalid': {
    exit: 2,
    http: 400,
    message: '{name} is {found}, which no cell of a table can be',
    fix: 'Give a text, a number, true or false, a valid Date, the bytes or the path of a picture, or null.',
  },
  'input-unknown': {
    exit: 2,
    http: 400,
    message: 'the model has no input {name}; it has {found}',
    fix: 'Use one of these names.',
  },
  'not-pictures': {
    exit: 2,
    http: 400,
    message: '{name} has one value per row, not a list: only inputs of pictures can have several',
    fix: 'Give one value.',
  },
  'nothing-given': {
    exit: 2,
    http: 400,
    message: 'every input of the row is missing: {inputs}',
    fix: 'Give at least one of them.',
  },
})

export const dataErrors = errorTable('data', {
  'no-rows': {
    exit: 2,
    http: 400,
    message:
      'no usable rows: of {rows}, {withoutLabels} have no label and {withoutInputs} have no input',
    fix: 'Check the label column and the image folder with medley inspect.',
  },
  'too-few-rows': {
    exit: 2,
    http: 400,
    message: '{rows} usable rows are too few: {part} rows would be empty',
    fix: 'Give at least a few dozen labelled rows.',
  },
  'nothing-readable': {
    exit: 2,
    http: 422,
    message: 'none of the {rows} labelled rows has an input that can be read, such as: {example}',
    fix: 'Check the columns and the image folder (--images) with medley inspect.',
  },
  'one-answer': {
    exit: 2,
    http: 400,
    message:
      'all {rows} rows to learn from have the same answer ({answer}): there is nothing to learn',
    fix: 'Give training rows with other answers, or name another column to predict (--labels).',
  },
  'only-leaks': {
    exit: 2,
    http: 400,
    message:
      'no column is left to learn from, because columns that tell the answer are left out: {reasons}',
    fix: 'If it is known before the answer is, name it, and it is kept: {flags}',
  },
  'one-label': {
    exit: 2,
    http: 400,
    message:
      'all {rows} rows to learn from have the same labels ({labels}): there is nothing to learn',
    fix: 'Give rows with other labels; one yes-or-no label needs a column of 1 and 0 (--label-format one-hot).',
  },
})
