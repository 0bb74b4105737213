import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { buildStore } from '../data/store/build.ts'
import { wordAssociation } from './association.ts'

test('log-count ratios of words and labels, from the given rows only', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-association-'))
  const fields = [
    { name: 'text', type: 'int32', shape: [3] },
    { name: 'labels', type: 'uint8', shape: [1] },
  ] as const
  const store = await buildStore(
    folder,
    { rows: 4, fields, fingerprint: 'x', metadata: {} },
    async (writer) => {
      await writer.writeRows('text', 0, Int32Array.of(2, 3, 0, 2, 0, 0, 3, 0, 0, 2, 3, 0))
      await writer.writeRows('labels', 0, Uint8Array.of(1, 1, 0, 0))
    },
  )
  const options = { input: 'text', rows: Int32Array.of(0, 1, 2), words: 4, labels: 1 }
  const ratios = await wordAssociation(store, options)
  await store.close()
  await rm(folder, { recursive: true })
  // Word 2 is in two rows with the label, word 3 in one with and one without; word 1 (unknown) in none.
  const [speaksFor, speaksAgainst] = [1 + 3 + 2, 1 + 1 + 2]
  const expected = [
    0,
    Math.log(4 / 6),
    Math.log(3 / speaksFor / (1 / speaksAgainst)),
    Math.log(2 / 6 / (2 / 4)),
  ]
  ratios.forEach((ratio, word) => {
    expect(ratio).toBeCloseTo(expected[word]!, 6)
  })
})
