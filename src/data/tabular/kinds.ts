// All kinds of field: one file per kind, one line here and in the schema.
import * as z from 'zod'

import { boolean, booleanFieldSchema } from './boolean.ts'
import { category, categoryFieldSchema } from './category.ts'
import { date, dateFieldSchema } from './date.ts'
import { number, numberFieldSchema } from './number.ts'

import type { FieldKind, FieldKindName } from './field.ts'

export const fieldSchema = z.discriminatedUnion('kind', [
  numberFieldSchema,
  categoryFieldSchema,
  booleanFieldSchema,
  dateFieldSchema,
])
export type FieldEncoding = Readonly<z.infer<typeof fieldSchema>>

const kinds: {
  readonly [Kind in FieldKindName]: FieldKind<Extract<FieldEncoding, { kind: Kind }>>
} = { number, category, boolean, date }

/** The kind of a field or of its encoding. */
export const kindOf = ({ kind }: { readonly kind: FieldKindName }): FieldKind<FieldEncoding> =>
  // The table's key and the encoding's kind are one and the same; TypeScript cannot follow that through a union.
  kinds[kind] as unknown as FieldKind<FieldEncoding>
