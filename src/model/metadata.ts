// What model.onnx says about itself: one metadata key `medley`, JSON, checked on reading.
import * as z from 'zod'

import { preprocessingSchema } from './preprocessing.ts'

export const METADATA_KEY = 'medley'

export const modelMetadataSchema = z.object({
  format: z.literal(1),
  /** Version of Medley that wrote the file. */
  version: z.string(),
  task: z.literal('multi-label'),
  labels: z.array(z.string()),
  /** Share of training rows with each label. */
  prevalence: z.array(z.number()),
  /** On calibrated scores, fitted on validation rows. */
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
