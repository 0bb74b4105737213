// Stored values of PyTorch (make_fixtures.py).
import { readFileSync } from 'node:fs'

import { float32 } from '../../../base/arrays.ts'

import type { TensorData } from '../../../base/arrays.ts'

export interface Stored {
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

/** The caller says what the file holds: the script beside this file wrote it. */
export const readFixture = (name: string): unknown => {
  const file = new URL(`../fixtures/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

export const floats = ({ shape, values }: Stored): TensorData => float32(shape, values)
