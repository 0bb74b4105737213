// `medley vectors`: a look into a word-vector file; `medley vectors train`: such a file from the texts of a table.
import { Option } from 'commander'

import { commandLine } from '../../base/shell.ts'
import { printable } from '../../report/text-width.ts'
import { usage } from '../failure.ts'
import { wholeNumber } from '../values.ts'

import type { VectorsInspection } from '../../workflows/vectors.ts'
import type { CommandSpec, Context, Output } from '../command.ts'

interface Options {
  readonly near?: string
  readonly data?: string
  readonly text?: string
  readonly out?: string
  readonly method?: 'skip-gram' | 'cbow'
  readonly dimensions?: number
  readonly window?: number
  readonly epochs?: number
  readonly minCount?: number
  readonly negative?: number
  readonly seed?: number
}

/** In place of a file. */
const TRAIN = 'train'
const TRAINING = [
  'out',
  'method',
  'dimensions',
  'window',
  'epochs',
  'minCount',
  'negative',
  'seed',
] as const satisfies readonly (keyof Options)[]

export const vectors: CommandSpec<Options> = {
  usage: 'vectors',
  summary: 'look into a word-vector file, or train vectors on the texts of a table',
  declare: (command) =>
    command
      .argument('<file>', 'GloVe, word2vec or fastText, also gzipped; or the word: train')
      .argument('[table]', 'to train on, with --text and --out')
      .option('--near <word>', 'the words nearest to this one')
      .option('--data <table>', 'a table whose words should be covered; with --text')
      .option('--text <column>', 'its text column')
      .option('--out <file>', 'train: a new file, word2vec text, or binary if it ends in .bin')
      .addOption(
        new Option('--method <name>', 'train: (default: skip-gram)').choices(['skip-gram', 'cbow']),
      )
      .option('--dimensions <n>', 'train: numbers per word (default: 100)', wholeNumber(1))
      .option('--window <n>', 'train: neighbours on either side (default: 5)', wholeNumber(1))
      .option('--epochs <n>', 'train: passes over the texts (default: 5)', wholeNumber(1))
      .option('--min-count <n>', 'train: leave out rarer words (default: 2)', wholeNumber(1))
      .option('--negative <n>', 'train: noise words per neighbour (default: 5)', wholeNumber(1))
      .option('--seed <n>', 'train: same seed, same bits (default: 1)', wholeNumber(0)),
  run: (context, [file, table], options) =>
    file === TRAIN ? train(context, table, options) : look(context, [file!, table], options),
}

const train = async (
  { signal, note, counting }: Context,
  table: string | undefined,
  { near, data, text, out, method, dimensions, window, epochs, minCount, negative, seed }: Options,
): Promise<Output> => {
  if (table === undefined || text === undefined || out === undefined)
    throw usage('vectors train needs a table, --text and --out', EXAMPLE)
  if (near !== undefined || data !== undefined)
    throw usage('--near and --data do not go with train', EXAMPLE)
  const { learnVectors } = await import('../../workflows/vectors.ts')
  const onProgress = counting('learning word')
  const settings = { method, dimensions, window, epochs, minCount, negative, seed }
  const learned = await learnVectors(table, { ...settings, text, out, signal, onProgress })
  for (const line of learned.notes) note(line)
  const { words, tokens, seconds } = learned
  return {
    json: learned,
    text: () =>
      [
        `${words.toLocaleString('en')} words of ${learned.dimensions} numbers from ${tokens.toLocaleString('en')} words of text in ${seconds.toFixed(1)} s`,
        `Look   ${commandLine('medley', 'vectors', out, '--near', 'WORD')}`,
        `Train  ${commandLine('medley', 'train', table, '--vectors', out)}`,
        '',
      ].join('\n'),
  }
}

const EXAMPLE = 'Such as: medley vectors train films.csv --text overview --out vectors.txt'

const look = async (
  { signal, note, counting }: Context,
  [file, table]: readonly [string, string | undefined],
  { near, data, text, ...others }: Options,
): Promise<Output> => {
  const isTraining = TRAINING.some((name) => others[name] !== undefined)
  if (table !== undefined || isTraining)
    throw usage('a table, --out and the settings of a training go with train only', EXAMPLE)
  if ((data === undefined) !== (text === undefined))
    throw usage('--data and --text go together', 'Give both or none')
  const { inspectVectors } = await import('../../workflows/vectors.ts')
  const onProgress = counting('reading byte')
  const found = await inspectVectors(file, { near, table: data, text, signal, onProgress })
  for (const line of found.notes) note(line)
  const { words, dimensions, format, coverage } = found
  return {
    json: { file, format, words, dimensions, notes: found.notes, near: found.near, coverage },
    text: () =>
      [
        `${format}: ${words.toLocaleString('en')} words of ${dimensions} numbers`,
        ...(found.near ?? []).map(
          ({ word, similarity }) => `${similarity.toFixed(3)}  ${printable(word)}`,
        ),
        ...coverageLines(coverage, text),
        '',
      ].join('\n'),
  }
}

const coverageLines = (
  coverage: VectorsInspection['coverage'],
  column: string | undefined,
): readonly string[] => {
  if (coverage === null || column === undefined) return []
  const { found, words, share, absent } = coverage
  return [
    `${found} of ${words} words of ${column} have a vector (${(100 * share).toFixed(1)} %)`,
    ...(absent.length > 0
      ? [`The most frequent without: ${absent.map(printable).join(', ')}`]
      : []),
  ]
}
