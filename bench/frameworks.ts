// The training engines beside which Medley's steps are timed, each with the settings that are tried, and how one is
// started.
import { networks } from './networks.ts'
import { moduleFolders, pythonCandidates, startPeer } from './peer.ts'

import type { BenchContext, Side } from './harness.ts'
import type { StepCase } from './medley-side.ts'
import type { BenchNetwork } from './networks.ts'

export type Settings = Readonly<Record<string, string | number | boolean>>

const THREADING: readonly Settings[] = [
  { threads: 2, spinning: true },
  { threads: 1, spinning: false },
]

/** How peers of a language are found and started. */
interface Language {
  /** File name in bench/peers. */
  readonly script: string
  /** Where its frameworks may be. */
  readonly places: (env: BenchContext['env']) => readonly string[]
  readonly interpreter: (place: string) => string
  readonly args: (place: string) => Settings
  readonly first: Settings
}

const python: Language = {
  script: 'step.py',
  places: pythonCandidates,
  interpreter: (place) => place,
  args: () => ({}),
  first: { threads: 2, spinning: false, memory: 'kept' },
}

/** The WebAssembly backends have one thread in Node, and nothing to choose. */
const javaScript: Language = {
  script: 'step.mjs',
  places: moduleFolders,
  interpreter: () => process.execPath,
  args: (place) => ({ modules: place }),
  first: { threads: 1 },
}

interface Framework {
  readonly name: string
  readonly language: Language
  /** Axis by axis: threads; how rows of different length share a batch; how it is compiled; what happens to freed memory. */
  readonly axes: (network: BenchNetwork) => readonly (readonly Settings[])[]
}

export const frameworks: Readonly<Record<string, Framework>> = {
  torch: {
    name: 'PyTorch',
    language: python,
    axes: ({ isRecurrent }) => [
      THREADING,
      ...(isRecurrent === true ? [[{ text: 'packed' }]] : []),
      [{ memory: 'returned' }],
    ],
  },
  keras: {
    name: 'Keras',
    language: python,
    axes: () => [[{ compile: 'xla' }], THREADING, [{ memory: 'returned' }]],
  },
  tfjs: { name: 'TensorFlow.js', language: javaScript, axes: () => [] },
  jax: { name: 'jax-js', language: javaScript, axes: () => [] },
}

/** glibc's allocator maps and unmaps every large tensor by default; page faults then take a third of PyTorch's time. */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(4 * 2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 30),
  MALLOC_TOP_PAD_: String(256 * 2 ** 20),
}

/** OpenMP's and OpenBLAS' threads wait asleep. (OpenBLAS: 2^4 cycles of waiting before that.) */
const NO_SPINNING = { OMP_WAIT_POLICY: 'PASSIVE', OPENBLAS_THREAD_TIMEOUT: '4' }

export interface Contender {
  readonly framework: string
  /** An interpreter of Python, or a folder with a node_modules. */
  readonly place: string
}

export const contendersOf = (env: BenchContext['env']): readonly Contender[] =>
  [python, javaScript].flatMap((language) =>
    language.places(env).flatMap((place) =>
      Object.keys(frameworks)
        .filter((framework) => frameworks[framework]!.language === language)
        .map((framework) => ({ framework, place })),
    ),
  )

/** A case, and its weights and rows as a file. */
export interface Shared {
  readonly stepCase: StepCase
  readonly path: string
}

export const startContender = (
  { framework, place }: Contender,
  { stepCase, path }: Shared,
  { settings, env }: { readonly settings: Settings; readonly env: BenchContext['env'] },
): Promise<Side> => {
  const { spinning, memory, ...args } = settings
  const { network } = stepCase
  const { language } = frameworks[framework]!
  return startPeer({
    interpreter: language.interpreter(place),
    script: language.script,
    args: {
      ...args,
      ...language.args(place),
      framework,
      network,
      shared: path,
      dropout: stepCase.dropout ?? networks[network].dropout,
    },
    env: {
      ...env,
      OMP_NUM_THREADS: String(args['threads']),
      OPENBLAS_NUM_THREADS: String(args['threads']),
      ...(spinning === true ? {} : NO_SPINNING),
      ...(memory === 'kept' ? KEEP_MEMORY : {}),
    },
  })
}
