// Yes and no as people write them.
import { saysNoNumber } from './cells.ts'

const YES = ['true', 'yes', '1', 't', 'y', '1.0', 'on']
const NO = ['false', 'no', '0', 'f', 'n', '0.0', 'off']
const answers = new Map([
  ...YES.map((word) => [word, true] as const),
  ...NO.map((word) => [word, false] as const),
])

/** The answer of a cell that is not blank; null where it says that there is none, undefined where it is neither. */
export const parseBoolean = (cell: string): boolean | null | undefined => {
  const text = cell.trim().toLowerCase()
  return answers.get(text) ?? (saysNoNumber(text) ? null : undefined)
}
