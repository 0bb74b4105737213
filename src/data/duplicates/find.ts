// Which rows are copies of each other, by all that can be seen: their texts, their pictures, their titles.
import { findPictureDuplicates } from './pictures.ts'
import { rowSets } from './sets.ts'
import { findTextDuplicates } from './texts.ts'
import { findTitleDuplicates } from './titles.ts'

import type { ImageRoot } from '../image/root.ts'
import type { Found, Ignored } from './limits.ts'
import type { PictureCells } from './pictures.ts'
import type { Link } from './sets.ts'

type Cells = readonly (string | null)[]

export const duplicateKinds = [
  'same-text',
  'near-text',
  'same-picture',
  'near-picture',
  'same-title',
] as const
export type DuplicateKind = (typeof duplicateKinds)[number]

export interface DuplicateSource {
  readonly rows: number
  /** By column. */
  readonly texts: ReadonlyMap<string, Cells>
  readonly pictures: ReadonlyMap<string, PictureCells>
  readonly titles?:
    { readonly column: string; readonly cells: Cells; readonly dates: Cells } | undefined
  /** Most texts of a column that are compared for being nearly the same; of more, a sample. */
  readonly mostNear?: number | undefined
  /** Where the pictures are. */
  readonly folder: ImageRoot
  readonly signal?: AbortSignal | undefined
}

/** What one way of looking found in one column. */
export interface Finding {
  readonly kind: DuplicateKind
  readonly column: string
  readonly links: readonly Link[]
  readonly ignored: readonly Ignored[]
}

export interface Duplicates {
  /** [rows]: the first row of each row's group, its own number where it is alone. */
  readonly groups: Int32Array
  readonly findings: readonly Finding[]
  /** Columns of which not all texts were compared for being nearly the same. */
  readonly samples: readonly TextSample[]
}

/** Different texts that were compared, of all. */
export interface TextSample {
  readonly column: string
  readonly texts: number
  readonly of: number
}

/** Finds all groups of rows that are copies of each other; time is linear in the rows, and the same data give the same. */
export const findDuplicates = async ({
  rows,
  texts,
  pictures,
  titles,
  mostNear,
  folder,
  signal,
}: DuplicateSource): Promise<Duplicates> => {
  const findings: Finding[] = []
  const samples: TextSample[] = []
  const add = (kind: DuplicateKind, column: string, found: Found): void => {
    if (found.links.length + found.ignored.length > 0) findings.push({ kind, column, ...found })
  }
  for (const [column, cells] of texts) {
    const { same, near, sample } = await findTextDuplicates(cells, { mostNear, signal })
    if (sample) samples.push({ column, ...sample })
    add('same-text', column, same)
    add('near-text', column, near)
  }
  for (const [column, cells] of pictures) {
    const { same, near } = await findPictureDuplicates(cells, { folder, signal })
    add('same-picture', column, same)
    add('near-picture', column, near)
  }
  if (titles) add('same-title', titles.column, findTitleDuplicates(titles.cells, titles.dates))
  return { ...joinFindings(findings, rows), samples }
}

/** The groups that all findings together make. */
export const joinFindings = (findings: readonly Finding[], rows: number): Duplicates => {
  const sets = rowSets(rows)
  for (const { links } of findings) for (const [a, b] of links) sets.join(a, b)
  return { groups: sets.firsts(), findings, samples: [] }
}
