// Which spellings are one class.
import { tidy } from '../labels/tidy.ts'

/** Same for spellings that differ in case, spaces or Unicode form, and for `1` and `1.0`; `01` may be another code than `1`. */
export const classKey = (name: string): string =>
  tidy(name)
    .toLowerCase()
    .replace(/^(-?(?:0|[1-9]\d*))\.0+$/, '$1')
