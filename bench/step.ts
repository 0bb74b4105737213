// The claim: a whole training step (dropout, masking, loss, clipping, Adam; float32) takes Medley less time than the
// training engines of Python and JavaScript on the same CPU, each at its best settings, which are looked for in every
// case: a batch may be too large for a peer, and other settings may suit it. A peer counts only if its first losses,
// without dropout, are Medley's.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { contendersOf, frameworks, startContender } from './frameworks.ts'
import { bestSettings, compare, disagreement, machine, resultsOf } from './harness.ts'
import { bestDevice, shareWith, startMedley } from './medley-side.ts'
import { flopPerRow, networks } from './networks.ts'

import type { Contender, Settings, Shared } from './frameworks.ts'
import type { Bench, BenchContext, CaseResult, Side } from './harness.ts'
import type { MedleySettings, StepCase } from './medley-side.ts'
import type { BenchNetwork } from './networks.ts'

/** With one thread there is nobody to wait for, so spinning makes no difference. */
const MEDLEY_AXIS = [
  { engines: 1, threads: 2, spinning: true },
  { engines: 1, threads: 1, spinning: false },
] as const
const IN_PARTS = { engines: 2, threads: 1, spinning: false } as const
const IN_ONE = { engines: 1, threads: 2, spinning: false } as const

const nameOf = ({ framework, place }: Contender): string =>
  `${frameworks[framework]!.name} in ${place}`

/** Settings of a peer that runs here and computes the same, or the reason why it is absent. */
const settle = async (
  contender: Contender,
  shared: Shared,
  { wanted, context }: { readonly wanted: readonly number[]; readonly context: BenchContext },
): Promise<Settings | string> => {
  const { env } = context
  const { axes, language } = frameworks[contender.framework]!
  const { first } = language
  const quiet = { ...shared, stepCase: { ...shared.stepCase, dropout: 0 } }
  const start = (settings: Settings): Promise<Side> =>
    startContender(contender, shared, { settings, env })
  try {
    const side = await startContender(contender, quiet, { settings: first, env })
    const difference = await disagreement(side, wanted)
    if (difference !== undefined) return difference
    return await bestSettings({
      start,
      first,
      axes: axes(networks[shared.stepCase.network]),
      context,
    })
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const caseName = ({ network, batch, tokens }: StepCase): string => {
  const { inputs, size }: BenchNetwork = networks[network]
  const sizes = { poster: `${size.join('x')}x3`, overview: `up to ${tokens} tokens` }
  return `${network} step, batch ${batch}, ${inputs.map((name) => sizes[name]).join(', ')}`
}

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
  const device = await bestDevice()
  const medley = await bestSettings<MedleySettings>({
    start: (settings) => startMedley(stepCase, settings),
    first: { ...(isOneBatch === true ? IN_ONE : IN_PARTS), device },
    axes: [isOneBatch === true ? MEDLEY_AXIS : [IN_ONE, ...MEDLEY_AXIS], [{ device: 'cpu' }]],
    context,
  })
  const wanted = await resultsOf(
    await startMedley({ ...stepCase, dropout: 0 }, { ...IN_ONE, device }),
  )
  context.log(`  first losses without dropout: ${wanted.join(', ')}`)
  const peers: (readonly [Contender, Settings])[] = []
  for (const contender of contendersOf(context.env)) {
    const settings = await settle(contender, shared, { wanted, context })
    if (typeof settings === 'string') {
      absent[`${nameOf(contender)}, ${caseName(stepCase)}`] = settings
      context.log(`  ${nameOf(contender)} is absent: ${settings}`)
    } else peers.push([contender, settings])
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
    try {
      for (const [index, settings] of cases.entries()) {
        const stepCase = { ...settings, seed: 1 }
        const shared = { stepCase, path: join(folder, `${index}.safetensors`) }
        await shareWith(shared.path, stepCase)
        context.log(caseName(stepCase))
        results.push(await runCase(shared, await lookFor(shared, context, absent), context))
      }
    } finally {
      await rm(folder, { recursive: true })
    }
    return { bench: name, machine: machine(), results, absent }
  }
