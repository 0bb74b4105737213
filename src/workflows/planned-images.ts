// The pictures of a planned training, fetched where the experiment says so.
import { fetchImages } from './fetch-images.ts'

import type { ImageRoot } from '../data/image/root.ts'
import type { FetchImagesOptions, FetchListeners } from './fetch-images.ts'
import type { Plan } from './plan.ts'

/**
 * @param options - how to fetch; whether, from whom and whereto is part of the experiment
 * @throws workflow.server-invalid, files.*
 */
export const plannedImages = async (
  { experiment: { inputs, data }, table, folder }: Plan,
  { options, ...listeners }: FetchListeners & { readonly options: FetchImagesOptions | undefined },
): Promise<ImageRoot> => {
  const columns = Object.values(inputs).flatMap((input) =>
    input.kind === 'image' ? [input.column] : [],
  )
  const fetching = data.fetch && { ...options, ...data.fetch }
  return fetchImages(table, columns, { folder, options: fetching, ...listeners })
}
