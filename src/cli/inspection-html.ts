// The page of `medley inspect --html`: what the terminal shows, with the pictures.
import { html, page } from '../report/html.ts'
import { percent } from '../report/numbers.ts'

import type { Html } from '../report/html.ts'
import type { GalleryRow } from '../workflows/inspect/gallery.ts'
import type { Inspection, LabelSummary } from '../workflows/inspect.ts'

/** More labels make a page that nobody reads. */
const MOST_LABELS = 200
const MOST_RECORDS = 50
const MOST_CHARS = 220

const cut = (text: string): string =>
  text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text

const warningsOf = (notes: readonly string[]): readonly Html[] =>
  notes.map((note) => html`<p class="warning">${note}</p>`)

const columnsOf = ({ columns }: Inspection): Html =>
  html`<table>
    <tr>
      <th>column</th>
      <th>kind</th>
      <th>why</th>
      <th class="number">missing</th>
      <th>samples</th>
    </tr>
    ${columns.map(
      ({ name, kind, reason, missing, samples }) =>
        html`<tr>
          <td>${cut(name)}</td>
          <td>${kind}</td>
          <td>${reason}</td>
          <td class="number">
            ${missing === 0 ? '' : missing < 0.001 ? '< 0.1%' : percent(missing)}
          </td>
          <td class="quiet">${samples.map((sample) => html`<div>${sample}</div>`)}</td>
        </tr>`,
    )}
  </table>`

const labelsOf = ({ columns, names, report }: LabelSummary): readonly Html[] => {
  const ranked = names
    .map((name, index) => ({ name, rows: report.counts[index]! }))
    .sort((a, b) => b.rows - a.rows)
  const most = Math.max(1, ranked[0]?.rows ?? 1)
  return [
    html`<h2>Labels in ${columns.join(', ')}: ${names.length}</h2>`,
    html`<table>
      ${ranked.slice(0, MOST_LABELS).map(
        ({ name, rows }) =>
          html`<tr>
            <td>${name}</td>
            <td class="number">${rows}</td>
            <td class="number">${percent(rows / Math.max(1, report.rows))}</td>
            <td style="width: 50%">
              <div class="bar" style="width: ${((100 * rows) / most).toFixed(1)}%"></div>
            </td>
          </tr>`,
      )}
    </table>`,
    ...(ranked.length > MOST_LABELS ? [html`<p>and ${ranked.length - MOST_LABELS} more</p>`] : []),
    ...warningsOf(report.warnings),
  ]
}

const imagesOf = ({ images }: Inspection): readonly Html[] =>
  Object.entries(images).flatMap(
    ([name, { named, missing, lookedFor, existing, decoded, examples }]) => [
      html`<h2>Pictures in ${name}</h2>`,
      html`<p>
        ${named} named, ${missing} rows without; ${existing} of ${lookedFor} found, ${decoded}
        decoded.
      </p>`,
      ...warningsOf(examples.map(({ row, message }) => `row ${row}: ${message}`)),
    ],
  )

const recordsOf = ({ read, duplicates }: Inspection): readonly Html[] => {
  const notes = (title: string, records: Inspection['read']['reported']): readonly Html[] => [
    ...(records.length === 0 ? [] : [html`<p class="warning">${records.length} ${title}</p>`]),
    ...records
      .slice(0, MOST_RECORDS)
      .map(({ line, reason }) => html`<p class="quiet">line ${line}: ${reason}</p>`),
  ]
  return [
    html`<h2>Records</h2>`,
    html`<p>${read.records} in the file, ${read.used} taken as they are.</p>`,
    ...notes('repaired', read.repaired),
    ...notes('cannot be read and are left out', read.reported),
    ...(duplicates.rows === 0 ? [] : warningsOf([`${duplicates.rows} rows repeat an earlier one`])),
    ...warningsOf(read.warnings),
  ]
}

const pictureOf = ({ column, source, problem }: GalleryRow['pictures'][number]): Html =>
  source === null
    ? html`<div class="none ${problem === null ? '' : 'warning'}">
        ${problem === null ? 'no picture' : cut(problem)}
      </div>`
    : html`<img src="${source}" alt="${column}" />`

const rowsOf = (rows: readonly GalleryRow[]): readonly Html[] => [
  html`<h2>Rows</h2>`,
  html`<div class="gallery">
    ${rows.map(
      ({ row, pictures, cells }) =>
        html`<div class="row">
          ${pictures.map(pictureOf)}
          <div>
            <p class="quiet">row ${row}</p>
            ${cells.map(
              ({ column, text }) =>
                html`<p>
                  <span class="quiet">${column}</span> ${text === null ? '—' : cut(text)}
                </p>`,
            )}
          </div>
        </div>`,
    )}
  </div>`,
]

const planOf = ({ roles, target, problem }: Inspection): readonly Html[] => [
  html`<h2>Training would use</h2>`,
  ...(roles?.notes ?? []).map((note) => html`<p>${note}</p>`),
  ...(roles && roles.table.length > 0
    ? [
        html`<p>
          The table input:
          ${roles.table.map(({ column, kind }) => `${column} (${kind})`).join(', ')}.
        </p>`,
      ]
    : []),
  ...(target ? [html`<p>The task is ${target.task}: ${target.reason}.</p>`] : []),
  ...(problem ? warningsOf([`nothing yet: ${problem.message}`, problem.fix]) : []),
]

export const inspectionHtml = (inspection: Inspection): string => {
  const { file, columns, labels, leaks, gallery } = inspection
  return page(`${file}: ${inspection.rows} rows, ${columns.length} columns`, [
    columnsOf(inspection),
    ...(labels ? labelsOf(labels) : []),
    ...imagesOf(inspection),
    ...recordsOf(inspection),
    html`<h2>Copies: ${leaks.rows === 0 ? 'no row' : leaks.rows} of ${leaks.compared}</h2>`,
    ...warningsOf(leaks.notes),
    ...planOf(inspection),
    ...(gallery.length === 0 ? [] : rowsOf(gallery)),
  ])
}
