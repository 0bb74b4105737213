// One bad input: how to make it, the command that meets it, and what must be said. That nothing is lost is asserted for
// every row alike, in `nothing-lost.ts`.

/** How the command ends when it refuses. */
export interface Refusal {
  readonly exit: 1 | 2
  readonly code: string
  /** In the message or the fix. */
  readonly says?: RegExp
}

/** What the JSON object holds when the command goes on: counts and reported rows. */
export interface Account {
  readonly exit: 0
  readonly json: object
  /** In what is told on stderr. */
  readonly says?: RegExp
}

export interface BadInput {
  readonly name: string
  /** Makes the input in an empty folder, from which the command is run. */
  readonly make: (folder: string) => Promise<void> | void
  /** Without `--json`, which is added. */
  readonly args: readonly string[]
  readonly expected: Refusal | Account
  /** Files and folders that the command makes when it succeeds; nothing is left by one that refuses. */
  readonly leaves?: readonly string[]
}
