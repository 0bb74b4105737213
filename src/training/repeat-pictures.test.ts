import { expect, test } from 'vitest'

import { repeatPictures } from './repeat-pictures.ts'

test('absent pictures repeat those of their row in turn; rows without any stay as they are', () => {
  // Pictures of one pixel.
  const reds = [[1, 0, 0, 0], [0, 2, 3, 0], [0, 0, 0, 0], [4, 5, 6, 7]] // prettier-ignore
  const slots = Uint8Array.from(reds.flat(), (red) => (red > 0 ? 1 : 0))
  const data = Uint8Array.from(reds.flat().flatMap((red) => [red, red, red]))
  repeatPictures({ type: 'uint8', shape: [4, 4, 1, 1, 3], data }, slots)
  const found = data.filter((_, index) => index % 3 === 0)
  expect([...found]).toEqual([1, 1, 1, 1, 2, 2, 3, 3, 0, 0, 0, 0, 4, 5, 6, 7])
})
