// How scores are written: ".843", "+.012", "1.000"; a dash where there is no number.

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

/** A share in percent; what is not nothing is not written as nothing. */
export const percent = (value: number): string =>
  value > 0 && value < 0.001 ? '< 0.1%' : `${(100 * value).toFixed(1)}%`

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
