// Every row is scored once for what it really shows, and that gives what scoring it for every question gives.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { patternScores } from '../../src/evaluation/pattern-scores.ts'
import { presentName } from '../../src/model/preprocessing.ts'
import { scoreStored } from '../../src/model/score-stored.ts'
import { runOf, withRun } from '../../src/workflows/open-run.ts'
import { train } from '../../src/workflows/train.ts'
import { smallFilms, writeExperiment } from '../support/films.ts'

import type { Scorer } from '../../src/model/scorer.ts'

test('rows that lack an input are not scored again without it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'medley-patterns-'))
  try {
    const table = await smallFilms(folder, 80)
    const settings = { recipe: 'joint', epochs: 1, batch: 32 } as const
    await train(await writeExperiment(table, 'run', settings), { out: join(folder, 'run') })
    await withRun(await runOf(join(folder, 'run')), {}, async ({ prepared, scorer }) => {
      const { store, split } = prepared
      const rows = Int32Array.from([...split.validation, ...split.test, ...split.train])
      const names = scorer.metadata.inputs.map(({ name }) => name)
      let scored = 0
      const counting: Scorer = {
        ...scorer,
        run: (tensors) => {
          scored += tensors[presentName(names[0]!)]!.data.length
          return scorer.run(tensors)
        },
      }
      const scoresOf = patternScores(counting, store, rows)
      for (const seen of [names, ...names.map((name) => [name]), [], names]) {
        const { logits, scores } = await scoresOf(seen)
        const expected = await scoreStored(scorer, store, rows, { seen })
        const far = (found: ArrayLike<number>, wanted: ArrayLike<number>): number =>
          Math.max(...Array.from(found, (value, at) => Math.abs(value - wanted[at]!)))
        expect(far(logits.values, expected.logits.values)).toBeLessThan(1e-5)
        expect(far(scores.values, expected.scores.values)).toBeLessThan(1e-5)
        expect(scores.labels).toBe(expected.scores.labels)
      }
      const flags = await Promise.all(
        names.map(async (name) => (await store.read(presentName(name), rows)).data),
      )
      const shown = new Set<string>()
      for (const row of rows.keys())
        for (const seen of [names, ...names.map((name) => [name])]) {
          const really = names.filter((name, at) => seen.includes(name) && flags[at]![row] === 1)
          if (really.length > 0) shown.add(`${row} ${really.join()}`)
        }
      expect(shown.size).toBeLessThan(rows.length * (names.length + 1))
      // Those that show nothing are all alike: one more.
      expect(scored).toBe(shown.size + 1)
    })
  } finally {
    await rm(folder, { recursive: true })
  }
})
