// What can be wrong with how texts shall be cut into tokens.
import { errorTable } from '../../base/errors.ts'

export const textErrors = errorTable('text', {
  'package-missing': {
    exit: 2,
    http: 501,
    message: 'the package {name} is needed for {purpose}, and is not installed',
    fix: 'Install it: npm install {name}@{version}',
  },
  'tokenizer-unreadable': {
    exit: 2,
    http: 400,
    message: 'the tokenizer cannot be read: {reason}',
    fix: 'Name a tokenizer.json of Hugging Face.',
  },
  'tokenizer-broken': {
    exit: 2,
    http: 400,
    message: 'the tokenizer cannot be used: {reason}',
    fix: 'It may be of a kind that @huggingface/tokenizers does not know; WordPiece, BPE and Unigram work.',
  },
  'language-unknown': {
    exit: 2,
    http: 400,
    message: 'there is no list of stop words for {language}',
    fix: 'Use one of {found}; or leave out frequent words of any language with maxDocumentShare.',
  },
})
