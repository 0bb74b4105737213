// What can be wrong with a word-vector file. Every message says what was expected and what came, and where.
import { errorTable } from '../../../base/errors.ts'

const AGAIN = 'Download or unpack the file again, and compare its size with the publisher’s.'

export const vectorErrors = errorTable('vectors', {
  missing: {
    exit: 2,
    http: 404,
    message: 'there is no word-vector file {file}',
    fix: 'Check the path.',
  },
  unreadable: {
    exit: 2,
    http: 400,
    message: 'the word-vector file cannot be read: {reason}',
    fix: 'Check that it is a file, may be read, and is complete if it is compressed.',
  },
  empty: {
    exit: 2,
    http: 400,
    message: 'the word-vector file is empty',
    fix: AGAIN,
  },
  'not-vectors': {
    exit: 2,
    http: 400,
    message: 'this is no word-vector file: it starts with {found}',
    fix: 'Use GloVe text, word2vec text or binary, or a fastText .vec or .bin file; unpack archives first.',
  },
  'fasttext-quantised': {
    exit: 2,
    http: 400,
    message:
      'this fastText model is quantised (.ftz): its vectors are only roughly those of the model',
    fix: 'Use the .bin file it was made from, or the .vec file.',
  },
  'fasttext-version': {
    exit: 2,
    http: 400,
    message: 'this fastText model has version {version} of the format, expected 11 or 12',
    fix: 'Save it again with a current fastText, or use the .vec file.',
  },
  'fasttext-damaged': {
    exit: 2,
    http: 400,
    message: 'this fastText model is damaged or ends early: {what} cannot be read at byte {byte}',
    fix: AGAIN,
  },
  'no-words': {
    exit: 2,
    http: 400,
    message:
      'the header promises {words} words of {dimensions} numbers, so there is nothing to read',
    fix: AGAIN,
  },
  dimensions: {
    exit: 2,
    http: 400,
    message: 'the header promises {dimensions} numbers per word; at most {most} are possible',
    fix: AGAIN,
  },
  truncated: {
    exit: 2,
    http: 400,
    message: 'the file ends early: expected {expected} words, got {found} at byte {byte}',
    fix: AGAIN,
  },
  'truncated-line': {
    exit: 2,
    http: 400,
    message:
      'the file ends early: line {line} has {found} of {expected} numbers and no line end at byte {byte}',
    fix: AGAIN,
  },
  'wrong-count': {
    exit: 2,
    http: 400,
    message: 'the header promises {expected} words, but the file holds {found}',
    fix: 'Write the true count in the first line, or download the file again.',
  },
  'trailing-bytes': {
    exit: 2,
    http: 400,
    message:
      'the header promises {expected} words of {dimensions} numbers, which end at byte {byte}, but more bytes follow',
    fix: 'The count or the width in the header is wrong, or the file is damaged: download it again.',
  },
  'line-width': {
    exit: 2,
    http: 400,
    message: 'line {line} ("{word}") has {found} numbers, expected {expected}',
    fix: 'Repair or delete that line, or download the file again.',
  },
  'line-too-long': {
    exit: 2,
    http: 400,
    message: 'at byte {byte} there is no end of the {what} within {most} bytes',
    fix: 'The file is damaged or is no word-vector file: download it again.',
  },
  'not-a-number': {
    exit: 2,
    http: 400,
    message: 'line {line} ("{word}") holds "{found}" where a number is expected',
    fix: 'Repair or delete that line, or download the file again.',
  },
  'not-finite': {
    exit: 2,
    http: 400,
    message: 'the vector of "{word}" holds {found}',
    fix: 'Let such vectors be zeroed (nonFinite: zero), or use another file.',
  },
  'word-missing': {
    exit: 2,
    http: 404,
    message: 'the vectors do not hold the word "{word}"',
    fix: 'Try another form; similar words there: {similar}.',
  },
  'too-large': {
    exit: 2,
    http: 400,
    message: '{rows} rows of {dimensions} numbers do not fit into 4 GiB',
    fix: 'Use fewer --dimensions or a larger --min-count.',
  },
  'no-corpus': {
    exit: 2,
    http: 400,
    message:
      'only {words} different words occur {minCount} times or more: there is nothing to learn',
    fix: 'Give more texts, or a smaller --min-count.',
  },
  'matrix-mismatch': {
    exit: 1,
    http: 500,
    message: 'row {id} of the embedding does not hold the vector of its own word "{word}"',
    fix: 'This is a bug in Medley: please report it with the file that was read.',
  },
})
