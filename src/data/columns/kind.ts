// The shape of a column kind: one file each, joined in `kinds.ts`.

import type { LabelFormat } from '../labels/format.ts'
import type { ColumnFacts } from './facts.ts'

export type ColumnKind =
  | 'image'
  | 'text'
  | 'labels'
  | 'number'
  | 'category'
  | 'boolean'
  | 'date'
  | 'id'
  | 'split'
  | 'weight'
  | 'ignore'

export interface Verdict {
  /** The evidence, as a sentence without its full stop. */
  readonly reason: string
  /** How good a column of its kind it is, to choose between several; more is better. */
  readonly weight?: number
  readonly labels?: LabelFormat
}

export interface KindRule {
  readonly kind: ColumnKind
  /** Why the column is of this kind; undefined when it is not. */
  readonly judge: (facts: ColumnFacts) => Verdict | undefined | Promise<Verdict | undefined>
}
