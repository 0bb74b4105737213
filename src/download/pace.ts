// Manners towards one server: so many requests a second, silence when it asks for silence, and an end when it fails
// again and again.
import { setTimeout as sleep } from 'node:timers/promises'

import type { Clock } from '../base/clock.ts'

export interface PaceOptions {
  readonly requestsPerSecond: number
  /** Failures of the server, not of a file, in a row before it is left alone. */
  readonly giveUpAfter: number
  readonly clock: Clock
}

export class Pace {
  readonly #gapMs: number
  readonly #giveUpAfter: number
  readonly #clock: Clock
  #nextMs = 0
  #quietUntilMs = 0
  #troubles = 0

  constructor({ requestsPerSecond, giveUpAfter, clock }: PaceOptions) {
    this.#gapMs = 1000 / requestsPerSecond
    this.#giveUpAfter = giveUpAfter
    this.#clock = clock
  }

  get isGivenUp(): boolean {
    return this.#troubles >= this.#giveUpAfter
  }

  /** Waits for the next free moment; rejects when aborted. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic()
    const atMs = Math.max(now, this.#nextMs, this.#quietUntilMs)
    this.#nextMs = atMs + this.#gapMs
    await pause(atMs - now, signal)
    // The server may have asked for silence meanwhile: everybody who waited waits on, still one after the other.
    if (this.#quietUntilMs > this.#clock.monotonic()) await this.turn(signal)
  }

  /** Nobody asks for so long. */
  quiet(forMs: number): void {
    this.#quietUntilMs = Math.max(this.#quietUntilMs, this.#clock.monotonic() + forMs)
  }

  /** What the last file says about the server. */
  note(isHostTrouble: boolean): void {
    // Once given up it stays so: a late answer must not start everything again.
    if (!this.isGivenUp) this.#troubles = isHostTrouble ? this.#troubles + 1 : 0
  }
}

export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  if (ms > 0) await sleep(ms, undefined, { signal })
}
