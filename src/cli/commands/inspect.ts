// `medley inspect`: looks at a table before anything is trained.
import { inspectionJson } from '../inspection-json.ts'
import { inspectionText } from '../inspection-text.ts'
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { declareRoles, rolesOf } from '../plan-options.ts'

import type { CommandSpec } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'
import type { RoleFlags } from '../plan-options.ts'

interface InspectFlags extends RoleFlags, FetchFlags {
  readonly html?: string
}

/** A page of them is looked through in a minute. */
const GALLERY_ROWS = 24

export const inspect: CommandSpec<InspectFlags> = {
  usage: 'inspect',
  summary: 'what a table holds: columns, labels, missing, broken and duplicate rows',
  declare: (command) =>
    declareFetch(declareRoles(command.argument('<data>', 'a table')))
      .option('--html <file>', 'writes the same as a page, with some rows and their pictures')
      .option('--cache <dir>', 'folder of prepared data, for fetched pictures'),
  run: async ({ signal, counting, note, cache, paint, width }, [data], flags) => {
    const { inspect: run } = await import('../../workflows/inspect.ts')
    const inspection = await run(data!, {
      ...rolesOf(flags),
      galleryRows: flags.html === undefined ? 0 : GALLERY_ROWS,
      fetchImages: fetchOf(flags, cache).options,
      onFetch: counting('fetching picture'),
      onNote: note,
      onProgress: counting('reading picture'),
      signal,
    })
    if (flags.html !== undefined) {
      const { writePage } = await import('../../workflows/inspect/write-page.ts')
      const { inspectionHtml } = await import('../inspection-html.ts')
      await writePage(flags.html, inspectionHtml(inspection))
      note(`The page: ${flags.html}`)
    }
    return {
      json: inspectionJson(inspection),
      text: () => inspectionText(inspection, { paint, width }),
    }
  },
}
