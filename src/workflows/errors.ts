// What can go wrong between a run, its data and what is asked of it.
import { errorTable } from '../base/errors.ts'

export const workflowErrors = errorTable('workflow', {
  'data-needed': {
    exit: 2,
    http: 400,
    message: '{path} is a model without its run, so there are no test rows to judge it on',
    fix: 'Name a table with labels: medley evaluate {model} DATA',
  },
  'run-unfinished': {
    exit: 2,
    http: 409,
    message: 'the run {run} has not finished, so it has no model yet',
    fix: 'Finish it with: medley train --resume {folder}',
  },
  'data-changed': {
    exit: 2,
    http: 409,
    message:
      'the data of this run has changed since it was trained ({what}): which rows the model has not seen is no longer known',
    fix: 'Restore the table, or judge the model on new rows: medley evaluate {run} DATA',
  },
  'one-model': {
    exit: 2,
    http: 400,
    message: 'a comparison takes two models or more',
    fix: 'Name another: medley compare RUN RUN',
  },
  'not-comparable': {
    exit: 2,
    http: 409,
    message: '{first} and {second} cannot be compared: {what}',
    fix: 'Compare models that give the same kind of answer to the same question.',
  },
  'no-unseen-rows': {
    exit: 2,
    http: 409,
    message: 'none of the {rows} rows of {data} is new to all models: {seen}',
    fix: 'Name a table with rows that none of them was trained on: --data TABLE',
  },
  'out-format': {
    exit: 2,
    http: 400,
    message: 'predictions cannot be written as {suffix}',
    fix: 'Name the file .csv, .jsonl or .parquet.',
  },
  'image-folder': {
    exit: 2,
    http: 404,
    message: 'there is no folder {folder}, where the image paths should start',
    fix: 'Correct --images; without it, image paths start at the folder of the table.',
  },
  'server-invalid': {
    exit: 2,
    http: 400,
    message: '{server} is not the address of a server',
    fix: 'Write it with its scheme, and its port if it has one: --allow-server http://pictures.intranet:8080',
  },
  'server-not-allowed': {
    exit: 2,
    http: 403,
    message:
      'pictures of this experiment are on {server}, and an experiment cannot allow that itself',
    fix: 'If you trust that server, name it yourself: --allow-server {needed}',
  },
  'out-is-data': {
    exit: 2,
    http: 400,
    message: 'predictions cannot be written over the table that they are for: {out}',
    fix: 'Give another name with --out; nothing was changed.',
  },
  'no-input-of-kind': {
    exit: 2,
    http: 400,
    message: 'the model has no {kind} input; it has {found}',
    fix: 'Leave --{kind} out.',
  },
})
