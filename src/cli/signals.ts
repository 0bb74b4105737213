// Ctrl-C and SIGTERM. The first one asks for a good end: the step in work is finished and saved. The second one is left
// to the system.
import { cliErrors } from './errors.ts'

import type { Listener } from '../base/events.ts'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
type Signal = (typeof SIGNALS)[number]

const EXIT_CODES: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 }

export interface SignalWatch {
  readonly signal: AbortSignal
  /** Exit code of the signal that came, if one did. */
  exitCode(): number | undefined
  /** Ends the command as a signal would, without one having come. */
  abort(): void
  stop(): void
}

export const watchSignals = (say: Listener<string>): SignalWatch => {
  const controller = new AbortController()
  let received: Signal | undefined
  const onSignal = (signal: Signal): void => {
    if (received !== undefined) {
      stop()
      process.kill(process.pid, signal)
      return
    }
    received = signal
    say('Stopping: what is in work is finished and saved. Once more stops at once.')
    controller.abort(cliErrors.error('interrupted', {}))
  }
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return {
    signal: controller.signal,
    exitCode: () => (received === undefined ? undefined : EXIT_CODES[received]),
    abort: () => {
      controller.abort(cliErrors.error('interrupted', {}))
    },
    stop,
  }
}
