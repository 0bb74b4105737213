// The claim: a whole training step of the article's network (dropout, masking, loss, clipping, Adam; float32) takes
// Medley less time than PyTorch on the same CPU, each at its best settings.
import { ARTICLE } from './article.ts'
import { bestSettings, compare, machine } from './harness.ts'
import { pythonCandidates, startPeer } from './peer.ts'

import type { CreateArticleStep, Lengths } from './article.ts'
import type { Bench, BenchContext, CaseResult, Side } from './harness.ts'

const BATCH = 128
const TOKENS = 120
const SEED = 1

interface Threading {
  readonly threads: number
  readonly spinning: boolean
}

interface PeerSettings extends Threading {
  /** How rows of different length share a batch; `ArticleNetwork` in peers/article_network.py says more. */
  readonly text: 'packed' | 'gather'
  /** Whether the allocator keeps freed memory, as ONNX Runtime's does, or returns it to the system at once. */
  readonly memory: 'kept' | 'returned'
}

/** With one thread there is nobody to wait for, so spinning makes no difference. */
const THREADING: readonly Threading[] = [
  { threads: 2, spinning: true },
  { threads: 1, spinning: false },
]
const FIRST: Threading = { threads: 2, spinning: false }

/** glibc's allocator maps and unmaps every large tensor by default; page faults then take a third of PyTorch's time. */
const KEEP_MEMORY = {
  MALLOC_MMAP_THRESHOLD_: String(4 * 2 ** 30),
  MALLOC_TRIM_THRESHOLD_: String(8 * 2 ** 30),
  MALLOC_TOP_PAD_: String(256 * 2 ** 20),
}

/** OpenMP's and OpenBLAS' threads wait asleep. (OpenBLAS: 2^4 cycles of waiting before that.) */
const NO_SPINNING = { OMP_WAIT_POLICY: 'PASSIVE', OPENBLAS_THREAD_TIMEOUT: '4' }

interface Peer {
  readonly settings: PeerSettings
  readonly start: () => Promise<Side>
}

/** A PyTorch with its best settings found, or the reason why it is absent. */
const preparePeer = async (
  python: string,
  lengths: Lengths,
  { env, log }: BenchContext,
): Promise<Peer | string> => {
  const start = ({ threads, spinning, text, memory }: PeerSettings): Promise<Side> =>
    startPeer({
      python,
      script: 'article_step.py',
      args: { threads, batch: BATCH, tokens: TOKENS, seed: SEED, lengths, text },
      env: {
        ...env,
        OMP_NUM_THREADS: String(threads),
        OPENBLAS_NUM_THREADS: String(threads),
        ...(spinning ? {} : NO_SPINNING),
        ...(memory === 'kept' ? KEEP_MEMORY : {}),
      },
    })
  try {
    const settings = await bestSettings<PeerSettings>({
      start,
      first: { ...FIRST, text: 'gather', memory: 'kept' },
      axes: [THREADING, [{ text: 'packed' }], [{ memory: 'returned' }]],
      log,
    })
    return { settings, start: () => start(settings) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export const stepBench =
  (createArticleStep: CreateArticleStep, cases: readonly Lengths[]): Bench =>
  async (context) => {
    const results: CaseResult[] = []
    const absent: Record<string, string> = {}
    for (const lengths of cases) {
      context.log(`${lengths}: looking for each side's best settings`)
      const startMedley = async (threading: Threading): Promise<Side> => ({
        name: 'Medley',
        ...(await createArticleStep({
          ...threading,
          batch: BATCH,
          tokens: TOKENS,
          seed: SEED,
          lengths,
        })),
      })
      const { log } = context
      const medleySettings = await bestSettings({
        start: startMedley,
        first: FIRST,
        axes: [THREADING],
        log,
      })
      const settings: Record<string, unknown> = { Medley: medleySettings }
      const sides: Side[] = []
      try {
        const medley = await startMedley(medleySettings)
        sides.push(medley)
        const peers: Side[] = []
        for (const python of pythonCandidates(context.env)) {
          const peer = await preparePeer(python, lengths, context)
          if (typeof peer === 'string') {
            absent[`PyTorch in ${python}`] = peer
            log(`  PyTorch in ${python} is absent: ${peer}`)
            continue
          }
          const side = await peer.start()
          sides.push(side)
          peers.push(side)
          settings[side.name] = peer.settings
        }
        const name = `article step, ${lengths} overviews, batch ${BATCH}, ${ARTICLE.height}x${ARTICLE.width}x3, ${TOKENS} tokens x ${ARTICLE.vectorSize}`
        results.push(
          await compare({ name, medley, peers, perStep: BATCH, unit: 'rows', settings, context }),
        )
      } finally {
        for (const side of sides) await side.close()
      }
    }
    return { bench: 'step', machine: machine(), results, absent }
  }
