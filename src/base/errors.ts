// Errors for people. Every room keeps one table of codes; a code is `area.reason`, and its template says what is wrong
// and what to do. A `MedleyError` is a user's mistake or bad input (one readable line); anything else is a bug.

/** Names between braces in a template, as a union of string literals. */
type Placeholder<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholder<Rest>
  : never

/** One row of an error table. `message` and `fix` may hold `{placeholders}`. */
export interface ErrorSpec {
  /** Process exit code: 1 failure, 2 usage or bad input, 130 interrupted. */
  readonly exit: 1 | 2 | 130
  /** HTTP status when the same thing happens behind the server. */
  readonly http: number
  /** What is wrong, what was expected, what came. */
  readonly message: string
  /** What to do about it. */
  readonly fix: string
}

/** Where a problem is: a file as the user named it, and a 1-based data row. */
export interface Place {
  readonly file?: string | undefined
  readonly row?: number | undefined
  readonly cause?: unknown
}

export class MedleyError extends Error {
  override readonly name = 'MedleyError'
  readonly code: string
  readonly fix: string
  readonly exit: 1 | 2 | 130
  readonly http: number
  readonly file: string | undefined
  readonly row: number | undefined

  constructor(
    code: string,
    spec: ErrorSpec,
    details: Readonly<Record<string, string | number>>,
    place: Place = {},
  ) {
    super(
      fill(spec.message, details),
      place.cause === undefined ? undefined : { cause: place.cause },
    )
    this.code = code
    this.fix = fill(spec.fix, details)
    this.exit = spec.exit
    this.http = spec.http
    this.file = place.file
    this.row = place.row
  }
}

const fill = (template: string, details: Readonly<Record<string, string | number>>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? `{${name}}`))

type Details<S extends ErrorSpec> = Readonly<
  Record<Placeholder<S['message']> | Placeholder<S['fix']>, string | number>
>

/** A room's error table: `table.error('column-missing', { ... }, { file })` makes the error to throw. */
export interface ErrorTable<Area extends string, T extends Record<string, ErrorSpec>> {
  readonly area: Area
  readonly specs: T
  error<R extends keyof T & string>(reason: R, details: Details<T[R]>, place?: Place): MedleyError
}

/**
 * Declares the error codes of one area.
 *
 * @example
 * const tableErrors = errorTable('table', {
 *   'column-missing': { exit: 2, http: 400, message: 'there is no column {column}', fix: 'Use one of {found}.' },
 * })
 * throw tableErrors.error('column-missing', { column: 'plot', found: 'title, overview' }, { file: 'films.csv' })
 */
export const errorTable = <const Area extends string, const T extends Record<string, ErrorSpec>>(
  area: Area,
  specs: T,
): ErrorTable<Area, T> => ({
  area,
  specs,
  error: (reason, details, place) =>
    new MedleyError(`${area}.${reason}`, specs[reason]!, details, place),
})
