// The claim: a whole training step (dropout, masking, loss, clipping, Adam; float32) takes Medley less time than the
// training engines of Python on the same CPU, each at its best settings, which are looked for at the first case of a
// bench. A peer counts only if its first losses, without dropout, are Medley's.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { bestSettings, compare, disagreement, machine, resultsOf } from './harness.ts'
import { shareWith, startMedley } from './medley-side.ts'
import { flopPerRow, networks } from './networks.ts'
import { pythonCandidates, startPeer } from './peer.ts'

import type { Bench, BenchContext, CaseResult, Side } from './harness.ts'
import type { MedleySettings, StepCase } from './medley-side.ts'
import type { BenchNetwork } from './networks.ts'

type Settings = Readonly<Record<string, string | number | boolean>>

/** With one thread there is nobody to wait for, so spinning makes no difference. */
const MEDLEY_AXIS: readonly MedleySettings[] = [
  { engines: 1, threads: 2, spinning: true },
  { engines: 1, threads: 1, spinning: false },
]
const IN_PARTS: MedleySettings = { engines: 2, threads: 1, spinning: false }
const IN_ONE: MedleySettings = { engines: 1, threads: 2, spinning: false }

const THREADING: readonly Settings[] = [
  { threads: 2, spinning: true },
  { threads: 1, spinning: false },
]
const FIRST: Settings = { threads: 2, spinning: false, memory: 'kept' }

interface Framework {
  readonly name: string
  /** Axis by axis: threads; how rows of different length share a batch; how it is compiled; what happens to freed memory. */
  readonly axes: (network: BenchNetwork) => readonly (readonly Settings[])[]
}

const frameworks: Readonly<Record<string, Framework>> = {
  torch: {
    name: 'PyTorch',
    axes: ({ isRecurrent }) => [
      THREADING,
      ...(isRecurrent === true ? [[{ text: 'packed' }]] : []),
      [{ memory: 'returned' }],
    ],
  },
  keras: { name: 'Keras', axes: () => [[{ compile: 'xla' }], THREADING, [{ memory: 'returned' }]] },
}

/** glibc's allocator maps and unmaps every large tensor by default; page faults then take a third of PyTorch's time. */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(4 * 2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 30),
  MALLOC_TOP_PAD_: String(256 * 2 ** 20),
}

/** OpenMP's and OpenBLAS' threads wait asleep. (OpenBLAS: 2^4 cycles of waiting before that.) */
const NO_SPINNING = { OMP_WAIT_POLICY: 'PASSIVE', OPENBLAS_THREAD_TIMEOUT: '4' }

interface Contender {
  readonly framework: string
  readonly python: string
}

interface Shared {
  readonly stepCase: StepCase
  readonly path: string
}

const startContender = (
  { framework, python }: Contender,
  { stepCase, path }: Shared,
  { settings, env }: { readonly settings: Settings; readonly env: BenchContext['env'] },
): Promise<Side> => {
  const { spinning, memory, ...args } = settings
  const { network } = stepCase
  return startPeer({
    python,
    script: 'step.py',
    args: {
      ...args,
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

/** Settings of a peer that runs here and computes the same, or the reason why it is absent. */
const settle = async (
  contender: Contender,
  shared: Shared,
  { wanted, context }: { readonly wanted: readonly number[]; readonly context: BenchContext },
): Promise<Settings | string> => {
  const { env } = context
  const quiet = { ...shared, stepCase: { ...shared.stepCase, dropout: 0 } }
  const start = (settings: Settings): Promise<Side> =>
    startContender(contender, shared, { settings, env })
  try {
    const side = await startContender(contender, quiet, { settings: FIRST, env })
    const difference = await disagreement(side, wanted)
    if (difference !== undefined) return difference
    const axes = frameworks[contender.framework]!.axes(networks[shared.stepCase.network])
    return await bestSettings({ start, first: FIRST, axes, context })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const caseName = ({ network, batch, tokens }: StepCase): string => {
  const { inputs, size }: BenchNetwork = networks[network]
  const sizes = { poster: `${size.join('x')}x3`, overview: `up to ${tokens} tokens` }
  return `${network} step, batch ${batch}, ${inputs.map((name) => sizes[name]).join(', ')}`
}

/** What the bench has found out at its first case. */
interface Found {
  readonly medley: MedleySettings
  readonly peers: readonly (readonly [Contender, Settings])[]
}

const lookFor = async (
  shared: Shared,
  context: BenchContext,
  absent: Record<string, string>,
): Promise<Found> => {
  const { stepCase } = shared
  const { isOneBatch }: BenchNetwork = networks[stepCase.network]
  const medley = await bestSettings({
    start: (settings: MedleySettings) => startMedley(stepCase, settings),
    first: isOneBatch === true ? IN_ONE : IN_PARTS,
    axes: [isOneBatch === true ? MEDLEY_AXIS : [IN_ONE, ...MEDLEY_AXIS]],
    context,
  })
  const wanted = await resultsOf(await startMedley({ ...stepCase, dropout: 0 }, IN_ONE))
  context.log(`  first losses without dropout: ${wanted.join(', ')}`)
  const peers: (readonly [Contender, Settings])[] = []
  for (const python of pythonCandidates(context.env))
    for (const [framework, { name }] of Object.entries(frameworks)) {
      const settings = await settle({ framework, python }, shared, { wanted, context })
      if (typeof settings === 'string') {
        absent[`${name} in ${python}`] = settings
        context.log(`  ${name} in ${python} is absent: ${settings}`)
      } else peers.push([{ framework, python }, settings])
    }
  return { medley, peers }
}

const runCase = async (
  shared: Shared,
  { medley: own, peers: others }: Found,
  context: BenchContext,
): Promise<CaseResult> => {
  const { stepCase } = shared
  const { network, batch, tokens } = stepCase
  const settings: Record<string, unknown> = { Medley: own }
  const peers: Side[] = []
  const medley = await startMedley(stepCase, own)
  try {
    for (const [contender, best] of others) {
      const side = await startContender(contender, shared, { settings: best, env: context.env })
      peers.push(side)
      settings[side.name] = best
    }
    return await compare({
      name: caseName(stepCase),
      medley,
      peers,
      perStep: batch,
      unit: 'rows',
      flopPerRow: flopPerRow(network, tokens),
      settings,
      context,
    })
  } finally {
    for (const side of [medley, ...peers]) await side.close()
  }
}

export const stepBench =
  (name: string, ...cases: readonly Omit<StepCase, 'seed'>[]): Bench =>
  async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'medley-step-'))
    const results: CaseResult[] = []
    const absent: Record<string, string> = {}
    let found: Found | undefined
    try {
      for (const [index, settings] of cases.entries()) {
        const stepCase = { ...settings, seed: 1 }
        const shared = { stepCase, path: join(folder, `${index}.safetensors`) }
        await shareWith(shared.path, stepCase)
        context.log(caseName(stepCase))
        found ??= await lookFor(shared, context, absent)
        results.push(await runCase(shared, found, context))
      }
    } finally {
      await rm(folder, { recursive: true })
    }
    return { bench: name, machine: machine(), results, absent }
  }
