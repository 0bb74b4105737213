// The claim: batches come from the prepared store faster than any training step takes them. One step here is one shuffled
// epoch; the peer is PyTorch's DataLoader over the same files.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { batchOrder, prefetch } from '../src/data/batches.ts'
import { buildStore } from '../src/data/store/build.ts'
import { trainingFeeds } from '../src/training/feeds.ts'
import { bestSettings, compare, disagreement, machine } from './harness.ts'
import { batchOf } from './medley-side.ts'
import { pythonCandidates, startPeer } from './peer.ts'

import type { Tensors } from '../src/engine/runtime/protocol.ts'
import type { Store } from '../src/data/store/open.ts'
import type { Bench, Side } from './harness.ts'

const ROWS = 4096
const BATCH = 128
const TOKENS = 120

/** A store of random films with both inputs. */
const createStore = (folder: string): Promise<Store> => {
  const { poster, overview, labels } = batchOf({
    network: 'article',
    batch: ROWS,
    tokens: TOKENS,
    seed: 1,
  })
  const ones = { type: 'uint8', shape: [ROWS], data: new Uint8Array(ROWS).fill(1) } as const
  const tensors = {
    poster: poster!,
    poster_present: ones,
    overview: overview!,
    overview_present: ones,
    labels: labels!,
  }
  const fields = Object.entries(tensors).map(([name, { type, shape }]) => ({
    name,
    type,
    shape: shape.slice(1),
  }))
  return buildStore(
    folder,
    { fingerprint: 'bench', rows: ROWS, fields, metadata: {} },
    async (writer) => {
      for (const [name, { data }] of Object.entries(tensors)) await writer.writeRows(name, 0, data)
    },
  )
}

/** The same rule as in peers/loader.py: the first pixel of every poster, and all words. */
const countOf = ({ poster, overview }: Tensors): number => {
  const pixels = poster!.data as Uint8Array
  const rows = poster!.shape[0]!
  let total = 0
  for (let row = 0; row < rows; row++) total += pixels[(row * pixels.length) / rows]!
  for (const word of overview!.data as Int32Array) total += word
  return total
}

const startMedley = (store: Store): Side => {
  const inputs = { poster: { kind: 'image' }, overview: { kind: 'text' } }
  const rows = Int32Array.from({ length: ROWS }, (_, row) => row)
  let epoch = 0
  let total = 0
  const batches = async function* (): AsyncGenerator<Tensors, void> {
    const order = batchOrder(rows, { seed: 1, epoch, batch: BATCH, shuffle: true })
    for (const [index, chosen] of order.entries()) {
      // Settings of encoders and pictures play no part: nothing is augmented.
      const source = { store, inputs: inputs as never }
      const options = { seed: 1, step: index + 1, rows: chosen, masks: [], modalityDropout: 0 }
      yield await trainingFeeds(source, options)
    }
  }
  return {
    name: 'Medley',
    step: async (count) => {
      const seconds: number[] = []
      for (let step = 0; step < count; step++) {
        const start = performance.now()
        epoch += 1
        total = 0
        for await (const tensors of prefetch(batches())) total += countOf(tensors)
        seconds.push((performance.now() - start) / 1000)
      }
      return seconds
    },
    result: () => total,
    close: () => Promise.resolve(),
  }
}

export const loaderBench: Bench = async (context) => {
  const { env } = context
  const folder = await mkdtemp(join(tmpdir(), 'medley-loader-'))
  const store = await createStore(folder)
  const absent: Record<string, string> = {}
  const peers: Side[] = []
  const settings: Record<string, unknown> = {}
  try {
    const medley = startMedley(store)
    await medley.step(1)
    const wanted = Array.from({ length: 3 }, () => medley.result())
    for (const python of pythonCandidates(env)) {
      const start = ({ workers }: { readonly workers: number }): Promise<Side> =>
        startPeer({
          interpreter: python,
          script: 'loader.py',
          args: { workers, batch: BATCH, store: folder },
          env,
        })
      try {
        const difference = await disagreement(await start({ workers: 0 }), wanted)
        if (difference !== undefined) throw new Error(difference)
        const axes = [[{ workers: 1 }, { workers: 2 }]]
        const best = await bestSettings({ start, first: { workers: 0 }, axes, context })
        const side = await start(best)
        peers.push(side)
        settings[side.name] = best
      } catch (error) {
        absent[`DataLoader in ${python}`] = error instanceof Error ? error.message : String(error)
      }
    }
    const name = `${ROWS} films from a store, batch ${BATCH}, 115x75x3, ${TOKENS} tokens`
    const options = { name, medley, peers, perStep: ROWS, unit: 'rows', settings, context }
    return { bench: 'loader', machine: machine(), results: [await compare(options)], absent }
  } finally {
    for (const side of peers) await side.close()
    await store.close()
    await rm(folder, { recursive: true })
  }
}
