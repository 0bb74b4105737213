// How scores are written: ".843", "+.012", "1.000", and by five digits where they have any size; a dash where there is no
// number.

/** A score between 0 and 1 without its leading zero. */
export const share = (value: number | null, digits = 3): string => {
  if (value === null) return '-'
  const text = value.toFixed(digits).replace(/^(-?)0\./, '$1.')
  return /[1-9]/.test(text) ? text : text.replace('-', '')
}

/** A difference of scores with its sign. */
export const signed = (value: number | null, digits = 3): string => {
  const text = share(value, digits)
  return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text
}

/** Five significant digits: numbers of a regression have any size. */
const number = (value: number | null): string =>
  value === null ? '-' : String(Number(value.toPrecision(5)))

/** Measures that are not between 0 and 1. */
const OF_ANY_SIZE: ReadonlySet<string> = new Set([
  'log_loss',
  'mean_absolute_error',
  'root_mean_squared_error',
  'median_absolute_error',
])

/** A score as its measure is written. */
export const scoreOf = (measure: string, value: number | null): string =>
  OF_ANY_SIZE.has(measure) ? number(value) : share(value)

/** A difference of scores of a measure, with its sign. */
export const differenceOf = (measure: string, value: number | null): string => {
  if (!OF_ANY_SIZE.has(measure)) return signed(value)
  return value !== null && value > 0 ? `+${number(value)}` : number(value)
}

/** A share that is not nothing is not written as nothing. */
export const percent = (value: number): string =>
  value > 0 && value < 0.001 ? '< 0.1%' : `${(100 * value).toFixed(1)}%`

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
