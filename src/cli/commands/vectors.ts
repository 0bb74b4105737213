// `medley vectors`: a look into a word-vector file.
import { usage } from '../failure.ts'
import { printable } from '../../report/text-width.ts'

import type { CommandSpec } from '../command.ts'

interface Options {
  readonly near?: string
  readonly data?: string
  readonly text?: string
}

export const vectors: CommandSpec<Options> = {
  usage: 'vectors',
  summary: 'coverage and neighbours of a GloVe, word2vec or fastText file',
  declare: (command) =>
    command
      .argument('<file>', 'word vectors, printable or gzipped')
      .option('--near <word>', 'the words nearest to this one')
      .option('--data <table>', 'a table whose words should be covered; with --text')
      .option('--text <column>', 'its text column'),
  run: async ({ signal, note, counting }, [file], { near, data, text }) => {
    if ((data === undefined) !== (text === undefined))
      throw usage('--data and --text go together', 'Give both or none')
    const { inspectVectors } = await import('../../workflows/vectors.ts')
    const found = await inspectVectors(file!, {
      near,
      table: data,
      text,
      signal,
      onProgress: counting('reading byte'),
    })
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
          ...(coverage
            ? [
                `${coverage.found} of ${coverage.words} words of ${text!} have a vector (${(100 * coverage.share).toFixed(1)} %)`,
                ...(coverage.absent.length > 0
                  ? [`The most frequent without: ${coverage.absent.map(printable).join(', ')}`]
                  : []),
              ]
            : []),
          '',
        ].join('\n'),
    }
  },
}
