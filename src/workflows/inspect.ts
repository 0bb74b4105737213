// Inspect: everything about a table that one should know before training on it.
import { MedleyError } from '../base/errors.ts'
import { guessedRows } from '../data/columns/facts.ts'
import { guessColumns } from '../data/columns/guess.ts'
import { chooseRoles } from '../data/columns/roles.ts'
import { trainingColumns } from '../data/columns/training-columns.ts'
import { parseLabels } from '../data/labels/labels.ts'
import { readTable } from '../data/table/table.ts'
import { fetchImages } from './fetch-images.ts'
import { assertImageFolder } from './image-folder.ts'
import { findDuplicates } from './inspect/duplicates.ts'
import { gallery } from './inspect/gallery.ts'
import { checkImages } from './inspect/images.ts'
import { findLeakedRows } from './inspect/leaks.ts'
import { leftOutColumns } from './left-out.ts'

import type { Listener } from '../base/events.ts'
import type { ColumnGuess } from '../data/columns/guess.ts'
import type { RoleOverrides, Roles } from '../data/columns/roles.ts'
import type { TrainingColumns } from '../data/columns/training-columns.ts'
import type { LabelFormat } from '../data/labels/format.ts'
import type { LabelReport } from '../data/labels/labels.ts'
import type { ReadReport } from '../data/table/report.ts'
import type { Task } from '../data/target/task.ts'
import type { PrepareProgress } from '../model/prepare.ts'
import type { FetchImagesOptions } from './fetch-images.ts'
import type { Duplicates } from './inspect/duplicates.ts'
import type { GalleryRow } from './inspect/gallery.ts'
import type { ImageCheck } from './inspect/images.ts'
import type { LeakedRows } from './inspect/leaks.ts'
import type { LeftOutColumn } from './left-out.ts'
import type { PlanOptions } from './plan.ts'

export interface InspectOptions
  extends RoleOverrides, Pick<PlanOptions, 'task' | 'classes' | 'tableName' | 'where'> {
  /** Folder that image paths start from; the table's own by default. */
  readonly imageFolder?: string | undefined
  /** Fetches pictures at web addresses. */
  readonly fetchImages?: FetchImagesOptions | undefined
  /** Rows of the gallery; none by default. */
  readonly galleryRows?: number | undefined
  readonly onFetch?: Listener<PrepareProgress> | undefined
  readonly onNote?: Listener<string> | undefined
  readonly onProgress?: Listener<PrepareProgress> | undefined
  readonly signal?: AbortSignal | undefined
}

export interface TargetSummary {
  readonly task: Task
  /** Why, a sentence without its full stop. */
  readonly reason: string
  /** In order, where the task has classes. */
  readonly classes: readonly string[] | null
  /** What is odd about its cells, sentences without their full stops. */
  readonly warnings: readonly string[]
}

export interface LabelSummary {
  readonly columns: readonly string[]
  readonly format: LabelFormat
  readonly names: readonly string[]
  readonly report: LabelReport
}

export interface Inspection {
  readonly file: string
  readonly rows: number
  readonly columns: readonly ColumnGuess[]
  /** Rows that the kinds of the columns were guessed from; what is missing is counted in all. */
  readonly guessedRows: number
  /** What training would use; null when that cannot be guessed. */
  readonly roles: Roles | null
  /** Columns that training would learn nothing from, with the evidence; empty without roles. */
  readonly leftOut: readonly LeftOutColumn[]
  /** Why there are no roles. */
  readonly problem: MedleyError | null
  readonly target: TargetSummary | null
  /** Null for numbers. */
  readonly labels: LabelSummary | null
  /** By image column. */
  readonly images: Readonly<Record<string, ImageCheck>>
  readonly duplicates: Duplicates
  /** Copies of any kind, and what they mean for a split. */
  readonly leaks: LeakedRows
  readonly read: ReadReport
  /** Rows spread evenly over the table, with their pictures. */
  readonly gallery: readonly GalleryRow[]
}

/**
 * Looks at a table and the pictures it names.
 *
 * @example
 * const { columns, labels } = await inspect('films.csv')
 * @throws table.* errors, workflow.image-folder
 */
export const inspect = async (data: string, options: InspectOptions = {}): Promise<Inspection> => {
  const { imageFolder, tableName, where, onProgress, signal, ...overrides } = options
  await assertImageFolder(imageFolder)
  const table = await readTable(data, { table: tableName, where, signal })
  try {
    const start = imageFolder ?? table.folder
    const columns = await guessColumns(table, { folder: start })
    const { chosen, problem } = rolesOf(columns, overrides)
    const training = chosen && (await trainingColumns(table, chosen, overrides))
    const roles = training?.roles ?? null
    const ofKind = (wanted: string): readonly string[] =>
      columns.filter(({ kind }) => kind === wanted).map(({ name }) => name)
    const imageColumns = roles?.images ?? ofKind('image')
    const fetching = { ...options, options: options.fetchImages }
    const pictures = imageColumns.map((column) => ({ kind: 'image' as const, column }))
    const folder = await fetchImages(table, pictures, { ...fetching, folder: start })
    const checkAll = async (): Promise<Inspection['images']> => {
      const images: Record<string, ImageCheck> = {}
      for (const name of imageColumns)
        images[name] = await checkImages(table, name, { folder, onProgress, signal })
      return images
    }
    const texts = roles?.texts ?? ofKind('text')
    // Other threads decode pictures while this one compares texts. The table is closed when both have ended, well or not.
    const looks = [
      checkAll(),
      findLeakedRows(table, { texts, pictures: imageColumns, training, folder, signal }),
    ] as const
    await Promise.allSettled(looks)
    const [images, leaks] = await Promise.all(looks)
    return {
      file: data,
      rows: table.rowCount,
      columns,
      guessedRows: guessedRows(table.rowCount).length,
      roles,
      leftOut: training ? leftOutColumns(columns, training) : [],
      problem,
      target: training && targetOf(training),
      labels: training && training.plan.task !== 'regression' ? labelsOf(training) : null,
      images,
      duplicates: await findDuplicates(table, roles?.id),
      leaks,
      read: table.report,
      gallery: await gallery(table, {
        rows: options.galleryRows ?? 0,
        pictures: imageColumns,
        columns: columns.map(({ name }) => name).filter((name) => !imageColumns.includes(name)),
        folder,
      }),
    }
  } finally {
    await table.close()
  }
}

/** A table without labels can still be looked at; a column that the user misspelt cannot. */
const rolesOf = (
  columns: readonly ColumnGuess[],
  overrides: RoleOverrides,
): { readonly chosen: Roles | null; readonly problem: MedleyError | null } => {
  try {
    return { chosen: chooseRoles(columns, overrides), problem: null }
  } catch (error) {
    const codes = ['table.no-labels', 'table.no-inputs']
    if (!(error instanceof MedleyError) || !codes.includes(error.code)) throw error
    return { chosen: null, problem: error }
  }
}

const targetOf = ({ plan, target }: TrainingColumns): TargetSummary => ({
  task: plan.task,
  reason: plan.reason,
  classes: plan.classes ?? null,
  warnings: target.warnings,
})

const labelsOf = ({ roles, targetCells }: TrainingColumns): LabelSummary => {
  const { columns, format } = roles.target
  const { names, report } = parseLabels(targetCells, format, { columnNames: columns })
  return { columns, format, names, report }
}
