// The page of `medley inspect --html`: what the terminal shows, with the pictures.
import { html, page } from '../report/html.ts'
import { percent } from '../report/numbers.ts'
import { inspectionNotes } from './inspection-notes.ts'

import type { Html } from '../report/html.ts'
import type { GalleryRow } from '../workflows/inspect/gallery.ts'
import type { Inspection, LabelSummary } from '../workflows/inspect.ts'
import type { InspectionSection } from './inspection-notes.ts'

/** More labels make a page that nobody reads. */
const MOST_LABELS = 200
const MOST = { records: 50, examples: 5 }
const MOST_CHARS = 220

const cut = (text: string): string =>
  text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text

const titleOf = ({ title, summary }: InspectionSection): Html =>
  summary === ''
    ? html`<h2>${title}</h2>`
    : html`<h2>${title}: <span class="summary">${summary}</span></h2>`

const notesOf = ({ notes }: InspectionSection): readonly Html[] =>
  notes.map(({ tone, text }) => html`<p class="${tone}">${text}</p>`)

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
          <td class="number">${missing === 0 ? '' : percent(missing)}</td>
          <td class="quiet">${samples.map((sample) => html`<div>${sample}</div>`)}</td>
        </tr>`,
    )}
  </table>`

const labelsOf = ({ names, report }: LabelSummary): readonly Html[] => {
  const ranked = names
    .map((name, index) => ({ name, rows: report.counts[index]! }))
    .sort((a, b) => b.rows - a.rows)
  const most = Math.max(1, ranked[0]?.rows ?? 1)
  return [
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

export const inspectionHtml = (inspection: Inspection): string => {
  const { head, labels, sections } = inspectionNotes(inspection, MOST)
  const { gallery } = inspection
  return page(`${head.title}: ${head.summary}`, [
    columnsOf(inspection),
    ...notesOf(head),
    ...(labels && inspection.labels
      ? [titleOf(labels), ...labelsOf(inspection.labels), ...notesOf(labels)]
      : []),
    ...sections.flatMap((section) => [titleOf(section), ...notesOf(section)]),
    ...(gallery.length === 0 ? [] : rowsOf(gallery)),
  ])
}
