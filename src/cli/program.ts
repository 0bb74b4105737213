// The command line from its table of commands. Nothing here loads the engine: a command imports what it needs when it
// runs, so that help is there at once.
import { readFileSync } from 'node:fs'

import { Command } from 'commander'

import { commands } from './commands/index.ts'
import { usageError } from './failure.ts'

import type { CommandSpec } from './command.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

export interface Chosen {
  readonly spec: CommandSpec<object>
  readonly args: readonly (string | undefined)[]
  readonly options: object & { readonly json?: true; readonly cache?: string }
}

export interface ProgramOptions {
  readonly writeOut: (text: string) => void
  /** Of help; the terminal's. */
  readonly width: number
}

/**
 * Reads the command line.
 *
 * @param argv - without the program's own name
 * @throws cli.usage; commander's own error when help or the version was asked for and printed
 */
export const parseCommand = (
  argv: readonly string[],
  { writeOut, width }: ProgramOptions,
): Chosen => {
  let chosen: Chosen | undefined
  const output = {
    writeOut,
    // The error that is thrown says it.
    writeErr: () => undefined,
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
  }
  const program = new Command('medley')
    .description('Train, judge and use models that look at pictures and texts at once.')
    .version(version)
    .option('--json', 'print one JSON object as the last line of stdout')
    .option('--no-color', 'no colours; NO_COLOR and FORCE_COLOR are respected too')
    .configureOutput(output)
    .exitOverride((error) => {
      throw usageError(error, 'medley')
    })
  for (const spec of commands) {
    const command = program.command(spec.usage).description(spec.summary)
    spec.declare(command)
    command
      .option('--json', 'print one JSON object as the last line of stdout')
      .option('--no-color', 'no colours')
      .exitOverride((error) => {
        throw usageError(error, `medley ${command.name()}`)
      })
      .action(() => {
        const args = command.processedArgs as readonly (string | undefined)[]
        chosen = { spec, args, options: command.optsWithGlobals() }
      })
  }
  program.parse([...argv], { from: 'user' })
  if (chosen === undefined) throw new TypeError('commander neither chose a command nor failed')
  return chosen
}
