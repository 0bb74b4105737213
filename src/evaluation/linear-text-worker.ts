// The thread of `start-linear-text.ts`: one baseline, one message, done.
import { parentPort, workerData } from 'node:worker_threads'

import { linearTextBaseline } from './linear-text-baseline.ts'

import type { BaselineOptions, SplitTexts } from './linear-text-baseline.ts'

const { texts, options } = workerData as {
  readonly texts: SplitTexts
  readonly options: BaselineOptions
}

parentPort!.postMessage(linearTextBaseline(texts, options))
