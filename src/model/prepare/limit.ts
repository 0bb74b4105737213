// Prepared stores take what room they are given: those that nobody used for longest go first.
import { limitStores } from '../../data/store/limit.ts'

/** Removes stores of a cache until the others fit; says what became of them. */
export const limitCache = async (
  cache: string,
  options: { readonly limitBytes: number; readonly keep: string },
): Promise<readonly string[]> => {
  const { removed, removedBytes, failures, bytes } = await limitStores(cache, options)
  const inGB = (count: number): string => `${(count / 1e9).toFixed(count < 1e8 ? 3 : 1)} GB`
  const limit = inGB(options.limitBytes)
  return [
    ...(removed.length > 0
      ? [
          `${removed.length} prepared stores that were not used for longest (${inGB(removedBytes)}) are removed, to stay within ${limit}.`,
        ]
      : []),
    ...failures.map((failure) => `A prepared store could not be removed: ${failure}.`),
    ...(bytes > options.limitBytes
      ? [`The stores that are left have ${inGB(bytes)}, more than the limit of ${limit}.`]
      : []),
  ]
}
