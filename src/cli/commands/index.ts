// All commands, in the order of the help.
import { compare } from './compare.ts'
import { demo } from './demo.ts'
import { evaluate } from './evaluate.ts'
import { importCommand } from './import.ts'
import { inspect } from './inspect.ts'
import { predict } from './predict.ts'
import { prepare } from './prepare.ts'
import { sampleData } from './sample-data.ts'
import { train } from './train.ts'
import { vectors } from './vectors.ts'

import type { CommandSpec } from '../command.ts'

export const commands: readonly CommandSpec<object>[] = [
  demo,
  sampleData,
  importCommand,
  inspect,
  prepare,
  train,
  evaluate,
  compare,
  predict,
  vectors,
]
