// Values of options: text from the command line, checked.
import { InvalidArgumentError } from 'commander'

import type { PlanOptions } from '../workflows/plan.ts'

/** A whole number of at least `least`. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`)
    return value
  }

export const positiveNumber = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Expected a number above 0.')
  return value
}

/** 0 or more. */
export const anyNumber = (text: string): number => {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Expected 0 or a number above it.')
  return value
}

/** A part in double quotes, which may have commas and, doubled, quotes; or a part without commas. */
const PART = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g

/** `a,b` or `"a, with a comma",b` as a list, each once; an empty text is an empty list. */
export const list = (text: string): readonly string[] => {
  const parts = Array.from(text.matchAll(PART), ([, quoted, plain = '']) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  )
  return [...new Set(parts)].filter((part) => part !== '')
}

type Augmentation = NonNullable<PlanOptions['augment']>[number]

const AUGMENTATIONS = ['flip', 'crop', 'colour', 'cutout'] as const satisfies Augmentation[]

/** `flip,crop`; an empty text or `none` is none. */
export const augmentation = (text: string): readonly Augmentation[] => {
  const names = list(text === 'none' ? '' : text)
  const known = AUGMENTATIONS.filter((name) => names.includes(name))
  if (known.length === names.length) return known
  throw new InvalidArgumentError(`Expected some of: ${AUGMENTATIONS.join(' ')}, or none.`)
}

type Pictures = NonNullable<PlanOptions['pictures']>

/** As of `MOST_PICTURES`; starting the command must not load the schema for it. */
export const MOST_PICTURES = 8

/** `first`, `mean`, or `mean:3`. */
export const pictures = (text: string): Pictures => {
  if (text === 'first') return { pool: 'first' }
  if (text === 'mean') return { pool: 'mean' }
  const most = Number(/^mean:(\d+)$/.exec(text)?.[1])
  if (most >= 2 && most <= MOST_PICTURES) return { pool: 'mean', most }
  throw new InvalidArgumentError(
    `Expected first, mean, or mean:N with N from 2 to ${MOST_PICTURES} pictures per row.`,
  )
}

const SECONDS = { s: 1, m: 60, h: 3600 } as const

/** `90s`, `10m`, `1h` or plain seconds, as seconds. */
export const duration = (text: string): number => {
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text)
  const unit = (match?.[2] ?? '') as keyof typeof SECONDS | ''
  const seconds = Number(match?.[1]) * (unit === '' ? 1 : SECONDS[unit])
  if (!(seconds > 0)) throw new InvalidArgumentError('Expected a duration such as 90s, 10m or 1h.')
  return seconds
}

const BYTES: Readonly<Record<string, number>> = {
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
}

/** `20GB`, `500 MB`, `1.5TiB`, as bytes. */
export const byteCount = (text: string): number => {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGT]i?B)$/i.exec(text.trim()) ?? []
  const bytes = Number(number) * (BYTES[unit.toUpperCase()] ?? NaN)
  if (!(bytes > 0)) throw new InvalidArgumentError('Expected a size such as 500MB or 20GB.')
  return bytes
}

/** `48x72`: pixels. */
export const size = (text: string): { readonly width: number; readonly height: number } => {
  const match = /^(\d+)[x×](\d+)$/i.exec(text)
  if (!match) throw new InvalidArgumentError('Expected WIDTHxHEIGHT in pixels, such as 48x72.')
  return { width: Number(match[1]), height: Number(match[2]) }
}

type LabelFormat = NonNullable<PlanOptions['labelFormat']>

const LABEL_FORMATS: Readonly<Record<string, LabelFormat>> = {
  '|': { kind: 'delimited', delimiter: '|' },
  ';': { kind: 'delimited', delimiter: ';' },
  ',': { kind: 'delimited', delimiter: ',' },
  json: { kind: 'json' },
  python: { kind: 'python' },
  single: { kind: 'single' },
  'one-hot': { kind: 'one-hot' },
}

/** How the label column is written. */
export const labelFormat = (text: string): LabelFormat => {
  const key = /^records:(.+)$/.exec(text)?.[1]
  const format = key === undefined ? LABEL_FORMATS[text] : { kind: 'records' as const, key }
  if (format) return format
  const names = [...Object.keys(LABEL_FORMATS), 'records:KEY'].join(' ')
  throw new InvalidArgumentError(`Expected one of: ${names}`)
}
