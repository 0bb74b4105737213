// `medley inspect`: looks at a table before anything is trained.
import { inspectionJson } from '../inspection-json.ts'
import { inspectionText } from '../inspection-text.ts'
import { declareFetch, fetchOf } from '../fetch-options.ts'
import { declareRoles, rolesOf } from '../plan-options.ts'

import type { CommandSpec } from '../command.ts'
import type { FetchFlags } from '../fetch-options.ts'
import type { RoleFlags } from '../plan-options.ts'

export const inspect: CommandSpec<RoleFlags & FetchFlags> = {
  usage: 'inspect',
  summary: 'what a table holds: columns, labels, missing, broken and duplicate rows',
  declare: (command) =>
    declareFetch(declareRoles(command.argument('<data>', 'a table'))).option(
      '--cache <dir>',
      'folder of prepared data, for fetched pictures',
    ),
  run: async ({ signal, counting, note, cache, paint, width }, [data], flags) => {
    const { inspect: run } = await import('../../workflows/inspect.ts')
    const inspection = await run(data!, {
      ...rolesOf(flags),
      fetchImages: fetchOf(flags, cache).options,
      onFetch: counting('fetching picture'),
      onNote: note,
      onProgress: counting('reading picture'),
      signal,
    })
    return {
      json: inspectionJson(inspection),
      text: () => inspectionText(inspection, { paint, width }),
    }
  },
}
