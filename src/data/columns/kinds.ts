// All column kinds in the order in which they are asked; the first that claims a column has it.

import { boolean } from './boolean.ts'
import { category } from './category.ts'
import { date } from './date.ts'
import { id } from './id.ts'
import { constant, empty, links, other } from './ignore.ts'
import { absentImages, image } from './image.ts'
import { labels } from './labels.ts'
import { number } from './number.ts'
import { split } from './split.ts'
import { text } from './text.ts'
import { weight } from './weight.ts'

import type { KindRule } from './kind.ts'

export const kinds: readonly KindRule[] = [
  empty,
  split,
  weight,
  image,
  absentImages,
  links,
  boolean,
  date,
  labels,
  constant,
  id,
  number,
  category,
  text,
  other,
]
