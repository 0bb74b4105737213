// `medley inspect`: looks at a table before anything is trained.
import { inspectionJson } from '../inspection-json.ts'
import { inspectionText } from '../inspection-text.ts'
import { declareRoles, rolesOf } from '../plan-options.ts'

import type { CommandSpec } from '../command.ts'
import type { RoleFlags } from '../plan-options.ts'

export const inspect: CommandSpec<RoleFlags> = {
  usage: 'inspect',
  summary: 'what a table holds: columns, labels, missing, broken and duplicate rows',
  declare: (command) => declareRoles(command.argument('<data>', 'a table')),
  run: async ({ signal, counting, paint, width }, [data], flags) => {
    const { inspect: run } = await import('../../workflows/inspect.ts')
    const inspection = await run(data!, {
      ...rolesOf(flags),
      onProgress: counting('reading picture'),
      signal,
    })
    return {
      json: inspectionJson(inspection),
      text: () => inspectionText(inspection, { paint, width }),
    }
  },
}
