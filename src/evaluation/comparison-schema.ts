// What `medley compare --json` prints. A contract as that of `medley evaluate`: keys may be added but not renamed.
import * as z from 'zod'

import { tasks } from '../data/target/task.ts'
import { interval } from './schema.ts'

export const comparisonSchema = z.object({
  schema: z.literal(1),
  task: z.enum(tasks),
  rows: z.number(),
  /** Those that all models know. */
  labels: z.array(z.string()),
  bootstrap: z.object({ level: z.number(), resamples: z.number() }),
  /** What counts as better, by measure; the first is the headline. */
  measures: z.record(z.string(), z.enum(['higher', 'lower'])),
  /** The first is what the others are compared with. */
  models: z.array(
    z.object({
      name: z.string(),
      scores: z.record(z.string(), interval),
      /** This model minus the first; undecided where the interval holds 0. */
      difference: z
        .record(z.string(), interval.extend({ verdict: z.enum(['better', 'worse', 'undecided']) }))
        .nullable(),
    }),
  ),
})

export type Comparison = Readonly<z.infer<typeof comparisonSchema>>
