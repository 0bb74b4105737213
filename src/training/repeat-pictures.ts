// What stands where a row has fewer pictures than others: the row's own pictures once more. The mean over a row leaves them
// out, but batch normalisation sees all that goes through the tower, and black pictures would be most of it in many tables.
// A row without any picture stays black, as it does where rows have one.
import type { TensorData } from '../base/arrays.ts'

/**
 * Fills absent pictures of uint8 [rows, most, height, width, 3] in place.
 *
 * @param slots - [rows * most], 1 for the pictures that are there
 */
export const repeatPictures = ({ data, shape }: TensorData, slots: Uint8Array): void => {
  const [rows, most, ...picture] = shape as [number, number, ...number[]]
  const size = picture.reduce((a, b) => a * b, 1)
  const pixels = data as Uint8Array
  for (let start = 0; start < rows * most; start += most) {
    const places = Array.from({ length: most }, (_, slot) => start + slot)
    const there = places.filter((place) => slots[place] === 1)
    const absent = places.filter((place) => slots[place] === 0)
    if (there.length === 0) continue
    for (const [turn, place] of absent.entries()) {
      const from = there[turn % there.length]! * size
      pixels.copyWithin(place * size, from, from + size)
    }
  }
}
