// What reading a table found, as sentences: whoever trains or predicts from it must hear what was left out.
import type { Table } from '../data/table/table.ts'
import type { RecordNote } from '../data/table/scan.ts'

/** Records that are named one by one. */
const NAMED = 5

export const readNotes = ({ file, report }: Table): readonly string[] => {
  const { records, repaired, reported, warnings } = report
  const note = (found: readonly RecordNote[], what: string): string => {
    const named = found.slice(0, NAMED).map(({ line, reason }) => `line ${line}: ${reason}`)
    if (found.length > named.length) named.push('medley inspect counts the others')
    return `${found.length} of ${records} records of ${file} ${what} (${named.join('; ')}).`
  }
  return [
    ...(reported.length > 0 ? [note(reported, 'cannot be read and are left out')] : []),
    ...(repaired.length > 0 ? [note(repaired, 'were repaired')] : []),
    ...warnings.map((warning) => `${file}: ${warning}.`),
  ]
}
