// How a command ends when it fails: one readable line for a user's mistake, the stack for a bug.
import { CommanderError } from 'commander'

import { MedleyError } from '../base/errors.ts'
import { printable } from '../report/text-width.ts'
import { cliErrors, internalErrors } from './errors.ts'

import type { Paint } from './terminal.ts'

/** A mistake of usage as Medley says it; help and version, which commander also throws, pass through. */
export const usageError = (error: CommanderError, command: string): Error => {
  if (error.exitCode === 0) return error
  if (error.code === 'commander.help')
    return cliErrors.error('usage', {
      problem: 'no command was given',
      suggestion: 'See: medley --help',
    })
  const [first = '', ...others] = error.message.replace(/^error: /, '').split('\n')
  const hint = others.map((line) => line.replace(/^\((.*)\)$/, '$1')).join(' ')
  const help = `See: ${command} --help`
  return cliErrors.error('usage', {
    problem: first.replace(/\.$/, ''),
    suggestion: hint === '' ? help : `${hint} ${help}`,
  })
}

export const usage = (problem: string, suggestion: string): MedleyError =>
  cliErrors.error('usage', { problem, suggestion })

/** Help and version are printed by throwing too. */
export const isAnswered = (error: unknown): boolean =>
  error instanceof CommanderError && error.exitCode === 0

const asMedley = (error: unknown): MedleyError =>
  error instanceof MedleyError
    ? error
    : internalErrors.error(
        'bug',
        { reason: error instanceof Error ? error.message : String(error) },
        { cause: error },
      )

export interface Failure {
  readonly exit: number
  /** For people, on stderr. */
  readonly text: string
  /** The last line of stdout under `--json`. */
  readonly json: unknown
}

export const failureOf = (cause: unknown, paint: Paint): Failure => {
  const error = asMedley(cause)
  const { code, message, fix, exit, file, row } = error
  const isBug = error !== cause
  const stack = isBug && cause instanceof Error ? `${cause.stack ?? cause.message}\n` : ''
  return {
    exit,
    text:
      stack +
      `${paint('red', 'error:')} ${printable(message)}${placeOf(error)} ${paint('dim', `[${code}]`)}\n` +
      `  -> ${printable(fix)}\n`,
    json: { error: { code, message, file: file ?? null, row: row ?? null, fix } },
  }
}

/** File and row, where the message does not name them already. */
const placeOf = ({ message, file, row }: MedleyError): string => {
  const parts = [
    ...(file !== undefined && !message.includes(file) ? [printable(file)] : []),
    ...(row !== undefined ? [`row ${row}`] : []),
  ]
  return parts.length > 0 ? ` (${parts.join(', ')})` : ''
}
