// Every error that Medley can report, from the tables of all rooms, and the reference page made of them.
import { cliErrors, internalErrors } from '../cli/errors.ts'
import { imageErrors } from '../data/image/errors.ts'
import { labelErrors } from '../data/labels/errors.ts'
import { splitErrors } from '../data/split/errors.ts'
import { storeErrors } from '../data/store/errors.ts'
import { tableErrors } from '../data/table/errors.ts'
import { targetErrors } from '../data/target/errors.ts'
import { textErrors } from '../data/text/errors.ts'
import { vectorErrors } from '../data/text/vectors/errors.ts'
import { downloadErrors } from '../download/errors.ts'
import { graphErrors } from '../engine/graph/errors.ts'
import { onnxErrors } from '../engine/onnx/errors.ts'
import { runtimeErrors } from '../engine/runtime/errors.ts'
import { evaluationErrors } from '../evaluation/errors.ts'
import { experimentErrors } from '../experiment/errors.ts'
import { filesErrors } from '../files/errors.ts'
import { metricsErrors } from '../metrics/errors.ts'
import { dataErrors, modelErrors } from '../model/errors.ts'
import { runErrors } from '../run/errors.ts'
import { sampleErrors } from '../samples/errors.ts'
import { sourceErrors } from '../sources/errors.ts'
import { trainingErrors } from '../training/errors.ts'
import { workflowErrors } from './errors.ts'

import type { ErrorSpec } from '../base/errors.ts'

/** What an error table shows to everybody. */
interface Area {
  readonly area: string
  readonly specs: Readonly<Record<string, ErrorSpec>>
}

/** From what a user touches first to what runs below. */
export const errorCatalogue: readonly Area[] = [
  cliErrors,
  tableErrors,
  labelErrors,
  targetErrors,
  splitErrors,
  imageErrors,
  textErrors,
  vectorErrors,
  dataErrors,
  experimentErrors,
  trainingErrors,
  runErrors,
  modelErrors,
  workflowErrors,
  evaluationErrors,
  metricsErrors,
  sampleErrors,
  sourceErrors,
  downloadErrors,
  storeErrors,
  filesErrors,
  runtimeErrors,
  graphErrors,
  onnxErrors,
  internalErrors,
]

const section = ({ area, specs }: Area): string =>
  [
    `## ${area}`,
    ...Object.entries(specs).map(([reason, { exit, http, message, fix }]) =>
      [
        `### \`${area}.${reason}\``,
        `Exit code ${exit}, HTTP status ${http}.`,
        `- Says: \`${message.replaceAll('`', "'")}\``,
        `- What to do: \`${fix.replaceAll('`', "'")}\``,
      ].join('\n\n'),
    ),
  ].join('\n\n')

/** The catalogue in Markdown. */
export const errorReference = (): string =>
  [
    '# Errors',
    '<!-- Generated from the error tables; `npx vitest run test/error-catalogue.test.ts -u` writes it anew. -->',
    'Every error has a code, `area.reason`. Exit codes: 0 all went well, 1 a failure, 2 a mistake of usage or bad input, 130 after Ctrl-C, 143 after SIGTERM. With `--json`, a failure is the last line of stdout: `{"error": {"code", "message", "file", "row", "fix"}}`.',
    ...errorCatalogue.map(section),
    '',
  ].join('\n\n')
