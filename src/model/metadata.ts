// What model.onnx says about itself: one metadata key `medley`, JSON, checked on reading.
import * as z from 'zod'

import { tasks } from '../data/target/task.ts'
import { preprocessingSchema } from './preprocessing.ts'

export const METADATA_KEY = 'medley'

export const modelMetadataSchema = z.object({
  format: z.literal(1),
  /** Version of Medley that wrote the file. */
  version: z.string(),
  task: z.enum(tasks),
  /** Labels; classes in order (binary: the second is what the score is of); the column of a regression. */
  labels: z.array(z.string()),
  /** Mean of each output of the network over the training rows: the share of rows with a label. */
  prevalence: z.array(z.number()),
  /** Of the numbers of a regression over the training rows. */
  scale: z.object({ mean: z.number(), deviation: z.number() }).default({ mean: 0, deviation: 1 }),
  /** On calibrated scores, fitted on validation rows; empty where the task needs none. */
  thresholds: z.array(z.number()),
  inputs: z.array(preprocessingSchema),
  /** How the label column of the training table was written, to read other tables. */
  target: z.object({ columns: z.array(z.string()), format: z.looseObject({ kind: z.string() }) }),
  /** The column that names the rows, where the training table had one. */
  id: z.string().optional(),
  /** Fingerprint of the training data and settings. */
  fingerprint: z.string(),
})

export type ModelMetadata = Readonly<z.infer<typeof modelMetadataSchema>>
