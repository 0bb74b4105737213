// The line `sep=;` that Excel reads and writes above a table. It names the delimiter and is no record.

export interface SeparatorLine {
  readonly delimiter: string
  /** Characters that it takes, its line break among them. */
  readonly length: number
  /** Whether a line feed ends it, as it does in all but files of old Macs. */
  readonly hasLineFeed: boolean
}

/**
 * A mark between two fields. Spaces, letters, digits and quotes are none; a tab is sometimes spelled out. Programs that
 * take the line for a record put it in quotes, or delimiters behind it.
 */
const PATTERN = /^("?)sep=(\\t|[^\w\s"]|\t)\1[;,\t| ]*(\r\n|\n|\r|$)/i

const ASCII = /^[\t!-~]$/

/** The line that `text`, the beginning of a file, starts with. */
export const separatorLine = (text: string): SeparatorLine | undefined => {
  const [line, , mark = '', lineBreak = ''] = PATTERN.exec(text) ?? []
  const delimiter = mark === '\\t' ? '\t' : mark
  if (line === undefined || !ASCII.test(delimiter)) return undefined
  return { delimiter, length: line.length, hasLineFeed: lineBreak.endsWith('\n') }
}
