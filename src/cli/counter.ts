// A count that changes in place, for work that is not a training. Nothing where nobody watches.
import type { Listener } from '../base/events.ts'
import type { Counter } from './command.ts'

const ERASE_LINE = '\r\u001b[2K'

export const createCounter =
  (write: (text: string) => void, isLive: boolean) =>
  (what: string): Listener<Counter> =>
  ({ done, rows }) => {
    if (!isLive) return
    write(`${ERASE_LINE}${what} ${done.toLocaleString('en')} of ${rows.toLocaleString('en')}`)
    if (done >= rows) write(ERASE_LINE)
  }
