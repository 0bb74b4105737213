// Columns that tell the answer: copies of the target, codes for it, texts that name it. A column that is merely a good
// predictor must not be accused, so each test asks for near perfection where chance and honest signals do not reach it.
import { findNumberFormat, parseNumber } from '../tabular/parse-number.ts'
import { quoteSome, spreadRows } from './facts.ts'

type Cells = readonly (string | null)[]

/** What is to be predicted, a matrix with a column per output of the network. */
export interface LeakTarget {
  readonly task: 'multi-label' | 'multi-class' | 'binary' | 'ordinal' | 'regression'
  readonly names: readonly string[]
  readonly width: number
  /** [rows, width] */
  readonly values: ArrayLike<number>
  /** [rows], 1 where a row has an answer; all of them by default. */
  readonly known?: Uint8Array
}

export interface Leak {
  readonly column: string
  /** The evidence, as a sentence. */
  readonly reason: string
}

/** Rows looked at, spread evenly over the table. */
const SAMPLE_ROWS = 10_000
/** Nothing is said about fewer rows. */
const FEWEST_ROWS = 20
/** Numbers: a copy up to rounding, unit or offset. Good regressions reach .99, hardly ever this. */
const SAME_NUMBER = 0.999
/** Share of the cells that must be numbers, or name what is predicted. */
const NEARLY_ALL = 0.95
/** Share of the rows whose cell comes back in another row; ids and measurements stay below. */
const REPEATED_SHARE = 0.5
/** A code makes at most this share of the mistakes that always giving the commonest answer makes... */
const CODE_MISTAKES = 0.01
/** ... which must be so many that a code and luck can be told apart. */
const FEWEST_MISTAKES = 10
/** A number is a code only with few values per class; a measurement may split classes well and be honest. */
const CODES_PER_CLASS = 2
/** Texts that name everything, whether right or not, tell nothing. */
const NAMED_ANYWAY = 0.5

/** Rows that are looked at. */
export const leakRows = (rowCount: number): readonly number[] => spreadRows(rowCount, SAMPLE_ROWS)

export interface LeakContext {
  /** Row in the target of each cell. */
  readonly rows: readonly number[]
  readonly target: LeakTarget
}

/** The columns that equal or encode the target, with the evidence. */
export const findLeaks = (
  columns: readonly { readonly name: string; readonly cells: Cells }[],
  context: LeakContext,
): readonly Leak[] =>
  columns.flatMap(({ name, cells }) => {
    const { target } = context
    const sample = sampleOf(name, cells, context)
    const isFew = sample.cells.length < FEWEST_ROWS
    const reason =
      target.task === 'regression'
        ? isFew
          ? undefined
          : (sameNumber(sample) ?? numberCode(sample))
        : (filledCode(cells, context) ??
          (isFew ? undefined : (answerCode(sample) ?? namesAnswer(sample))))
    return reason === undefined ? [] : [{ column: name, reason: `${name} ${reason}.` }]
  })

interface Sample {
  /** Of the column. */
  readonly name: string
  /** Trimmed cells that are not empty. */
  readonly cells: readonly string[]
  /** The row of each in the target. */
  readonly rows: readonly number[]
  readonly target: LeakTarget
}

/** Rows with an answer, and their trimmed cells. */
const answered = (
  cells: Cells,
  { rows, target: { known } }: LeakContext,
): readonly (readonly [number, string])[] =>
  rows
    .map((row, index) => [row, cells[index]?.trim() ?? ''] as const)
    .filter(([row]) => known?.[row] !== 0)

const sampleOf = (name: string, cells: Cells, context: LeakContext): Sample => {
  const found = answered(cells, context).filter(([, cell]) => cell !== '')
  const rows = found.map(([row]) => row)
  return { name, cells: found.map(([, cell]) => cell), rows, target: context.target }
}

const numbersOf = (cells: readonly string[]): readonly (number | null | undefined)[] => {
  const { format } = findNumberFormat(cells)
  return cells.map((cell) => parseNumber(cell, format))
}

const isNumeric = (cells: readonly string[]): boolean =>
  numbersOf(cells).filter((value) => typeof value === 'number').length >= NEARLY_ALL * cells.length

const sameNumber = ({
  cells,
  rows,
  target: { names, values, width },
}: Sample): string | undefined => {
  if (!isNumeric(cells)) return undefined
  const numbers = numbersOf(cells)
  for (const [output, answer] of names.entries()) {
    const pairs = numbers.flatMap((x, index) =>
      typeof x === 'number' ? [[x, values[rows[index]! * width + output]!] as const] : [],
    )
    const equal = pairs.filter(([x, y]) => Math.fround(x) === Math.fround(y)).length
    if (new Set(numbers).size > 2 && equal >= NEARLY_ALL * pairs.length)
      return `is ${answer} itself in ${share(equal, pairs.length)} of the rows`
    const r = correlation(pairs)
    if (Math.abs(r) > SAME_NUMBER)
      return `follows ${answer} exactly (correlation ${r.toFixed(4)}): it is the same number in another form`
  }
  return undefined
}

const correlation = (pairs: readonly (readonly [number, number])[]): number => {
  const { length } = pairs
  const meanX = pairs.reduce((sum, [x]) => sum + x / length, 0)
  const meanY = pairs.reduce((sum, [, y]) => sum + y / length, 0)
  let [xx, xy, yy] = [0, 0, 0]
  for (const [x, y] of pairs) {
    xx += (x - meanX) ** 2
    xy += (x - meanX) * (y - meanY)
    yy += (y - meanY) ** 2
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0
}

/** Rows by the key of their cell, those of keys that come back. */
const repeats = ({ cells }: Sample): readonly (readonly number[])[] | undefined => {
  const groups = new Map<string, number[]>()
  for (const [index, cell] of cells.entries()) {
    const key = cell.toLowerCase()
    const group = groups.get(key)
    if (group) group.push(index)
    else groups.set(key, [index])
  }
  const repeated = [...groups.values()].filter(({ length }) => length > 1)
  const covered = repeated.reduce((sum, { length }) => sum + length, 0)
  const isCode = repeated.length > 1 && covered >= REPEATED_SHARE * cells.length
  return isCode && covered >= FEWEST_ROWS ? repeated : undefined
}

/** Each value of the column belongs to one number: nearly nothing of the variance is left inside the groups. */
const numberCode = (sample: Sample): string | undefined => {
  const { target, rows, cells } = sample
  const groups = repeats(sample)
  if (groups === undefined || isNumeric(cells)) return undefined
  const answer = target.names.find((_, output) => {
    const valueOf = (index: number): number => target.values[rows[index]! * target.width + output]!
    const all = groups.flat().map(valueOf)
    if (new Set(all).size < 3) return false
    const inside = groups.reduce((sum, group) => sum + scatter(group.map(valueOf)), 0)
    // One degree of freedom is gone per group: small groups agree by chance.
    const left = inside / (all.length - groups.length) / (scatter(all) / (all.length - 1))
    return left < 1 - SAME_NUMBER
  })
  return answer === undefined
    ? undefined
    : `has ${groups.length} values that come back, each with one ${answer} only`
}

const scatter = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/** The answer of a row as one class: for labels, the whole set of them. */
const classesOf = ({ rows, target: { values, width } }: Sample): readonly string[] =>
  rows.map((row) => {
    let key = ''
    for (let output = 0; output < width; output++) key += `${values[row * width + output]!},`
    return key
  })

/** Whether the other rows with the same cell give away each row's answer. */
const isCodeOf = (
  groups: readonly (readonly number[])[],
  answers: readonly (string | number)[],
): boolean => {
  const count = (indices: readonly number[]): ReadonlyMap<string | number, number> => {
    const counts = new Map<string | number, number>()
    for (const index of indices) counts.set(answers[index]!, (counts.get(answers[index]!) ?? 0) + 1)
    return counts
  }
  const covered = groups.flat()
  const blind = covered.length - Math.max(...count(covered).values())
  if (blind < FEWEST_MISTAKES) return false
  const allowed = CODE_MISTAKES * blind
  let mistakes = 0
  for (const group of groups) {
    const counts = count(group)
    // Leaving a row out, a class of its group wins only if it is ahead of the others without that row.
    if (counts.size > 1)
      for (const index of group) {
        const own = counts.get(answers[index]!)! - 1
        const rivals = [...counts].filter(([answer]) => answer !== answers[index])
        if (rivals.some(([, rows]) => rows >= own)) mistakes++
      }
    if (mistakes > allowed) return false
  }
  return true
}

/** Whether there is a value at all tells the answer, as a date of death does. */
const filledCode = (cells: Cells, context: LeakContext): string | undefined => {
  const rows = answered(cells, context)
  const groups = [true, false].map((isFilled) =>
    [...rows.keys()].filter((index) => (rows[index]![1] !== '') === isFilled),
  )
  if (groups.some(({ length }) => length < FEWEST_MISTAKES)) return undefined
  const sample = { name: '', cells: [], rows: rows.map(([row]) => row), target: context.target }
  return isCodeOf(groups, classesOf(sample))
    ? 'gives the answer away: it is filled in for one answer and empty for the other'
    : undefined
}

const answerCode = (sample: Sample): string | undefined => {
  const groups = repeats(sample)
  if (groups === undefined) return undefined
  const { target, rows, cells } = sample
  const { values, width, names, task } = target
  const mayBeCode = (classes: number): boolean =>
    !isNumeric(cells) || new Set(cells).size <= CODES_PER_CLASS * classes
  const answers = classesOf(sample)
  if (mayBeCode(new Set(answers).size) && isCodeOf(groups, answers))
    return `gives the answer away: each of its ${groups.length} values that come back (${quoteSome(new Set(cells), 2)}) goes with one answer only`
  if (width !== names.length || !mayBeCode(2)) return undefined
  // Of classes, one may be known by an honest sign: what has feathers is a bird. A column called bird is none.
  const mayGiveAway = (label: string): boolean =>
    task === 'multi-label' || wordsIn(sample.name).includes(wordsIn(label))
  const given = names.filter(
    (label, output) =>
      mayGiveAway(label) &&
      isCodeOf(
        groups,
        rows.map((row) => values[row * width + output]!),
      ),
  )
  return given.length > 0
    ? `gives away ${given.slice(0, 3).join(', ')}: rows with the same value have the same answer`
    : undefined
}

/** Words with single spaces around and between, so that whole words can be looked for. */
const wordsIn = (text: string): string =>
  ` ${text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()} `

/** Whether the cells name the right answers and not the wrong ones. */
const namesAnswer = ({ cells, rows, target }: Sample): string | undefined => {
  const { task, width, values, names } = target
  const words = names.map(wordsIn)
  if (words.some((word) => word.trim() === '')) return undefined
  const isRight = (row: number): ((label: number) => boolean) => {
    if (width === names.length) return (label) => values[row * width + label] === 1
    // One output per step: binary has one, ordinal one fewer than classes.
    let steps = 0
    for (let output = 0; output < width; output++) steps += values[row * width + output]!
    return (label) => label === steps
  }
  let [asked, right, wrong, others] = [0, 0, 0, 0]
  for (const [index, cell] of cells.entries()) {
    const text = wordsIn(cell)
    const isAnswer = isRight(rows[index]!)
    const answers = names.map((_, label) => label).filter(isAnswer)
    if (answers.length === 0) continue
    asked++
    if (answers.every((label) => text.includes(words[label]!))) right++
    for (const [label, word] of words.entries()) {
      if (isAnswer(label)) continue
      others++
      if (text.includes(word)) wrong++
    }
  }
  if (asked < FEWEST_ROWS || right < NEARLY_ALL * asked || wrong > NAMED_ANYWAY * others)
    return undefined
  const what = task === 'multi-label' ? 'all labels of the row' : 'the answer'
  return `names ${what} in ${share(right, asked)} of the rows (${quoteSome(cells, 1)})`
}

const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`
