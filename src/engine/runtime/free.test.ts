import { expect, test, vi } from 'vitest'

import { float32 } from '../../base/arrays.ts'
import { free } from './free.ts'

test('freed tensors are empty', () => {
  const tensor = float32([2], [1, 2])
  free([tensor])
  expect(tensor.data).toHaveLength(0)
})

test('garbage is collected', async () => {
  // A module of its own: whoever trained in this process before may have collected just now.
  vi.resetModules()
  const { collectGarbage } = await import('./free.ts')
  const forgotten = (): WeakRef<object> => new WeakRef({})
  const reference = forgotten()
  // Until the end of its turn, what a reference was made for is kept.
  await new Promise((resolve) => setTimeout(resolve))
  collectGarbage()
  expect(reference.deref()).toBeUndefined()
})
