// What a terminal can show: colours where they are wanted, lines that change in place where somebody watches.
import { styleText } from 'node:util'

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Text in a style, or as it is where colours are not wanted. */
export type Paint = (style: Style, text: string) => string

export interface TerminalStream {
  readonly isTTY?: boolean
  readonly columns?: number
}

type Environment = Readonly<Record<string, string | undefined>>

const isSet = (value: string | undefined): boolean => value !== undefined && value !== ''

/** `--no-color` wins, then NO_COLOR (no-color.org), then FORCE_COLOR, then whether anybody looks. */
export const wantsColour = (
  stream: TerminalStream,
  environment: Environment,
  { isRefused }: { readonly isRefused: boolean },
): boolean => {
  if (isRefused || isSet(environment['NO_COLOR'])) return false
  if (isSet(environment['FORCE_COLOR'])) return environment['FORCE_COLOR'] !== '0'
  return stream.isTTY === true && environment['TERM'] !== 'dumb'
}

/** Lines that change in place are for people who watch. */
export const isLive = (stream: TerminalStream, environment: Environment): boolean =>
  stream.isTTY === true && environment['TERM'] !== 'dumb' && !isSet(environment['CI'])

export const createPaint =
  (colour: boolean): Paint =>
  (style, text) =>
    colour ? styleText(style, text, { validateStream: false }) : text

const DEFAULT_WIDTH = 80

export const widthOf = ({ columns }: TerminalStream): number => columns ?? DEFAULT_WIDTH
