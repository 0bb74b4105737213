// What cells of a column usually look like. A repaired record must look like its neighbours: with stray quotes or
// line breaks, the right number of fields alone is too weak a proof that the cells are in the right columns.

const shapes = {
  number: /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/,
  boolean: /^(true|false|yes|no)$/i,
  date: /^\d{4}([-/]\d{1,2}[-/]\d{1,2}([T ].*)?)?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/,
  token: /^\S{1,64}$/,
} as const

/** Enough equal cells to call it a habit, and the share that must follow it. */
const MINIMUM_CELLS = 2
const HABIT_SHARE = 0.95

export interface ColumnShapes {
  /** True when no column has a habit: then nothing can be judged. */
  readonly isBlank: boolean
  /** Whether some cell breaks its column's habit; missing cells at the end do not. */
  contradict(cells: readonly string[]): boolean
}

/** Learns the habits of `columns` columns from records known to be good. */
export const learnShapes = (
  records: readonly (readonly string[])[],
  columns: number,
): ColumnShapes => {
  const habits = Array.from({ length: columns }, (_, column) => {
    const cells = records.map((record) => record[column] ?? '').filter((cell) => cell !== '')
    if (cells.length < MINIMUM_CELLS) return undefined
    return Object.values(shapes).find(
      (shape) => cells.filter((cell) => shape.test(cell)).length >= HABIT_SHARE * cells.length,
    )
  })
  return {
    isBlank: habits.every((habit) => habit === undefined),
    contradict: (cells) =>
      cells.some((cell, column) => {
        const habit = habits[column]
        return habit !== undefined && cell !== '' && !habit.test(cell)
      }),
  }
}
