// Pictures: cells that end like image files, some of which are there.

import { percent, quoteSome } from './facts.ts'

import type { KindRule } from './kind.ts'

const IMAGE_FILE = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|heic)$/i
const NAMED_SHARE = 0.8
const TRIED_FILES = 32

export const image: KindRule = {
  kind: 'image',
  judge: async ({ cells, share, countFiles }) => {
    const named = share(IMAGE_FILE)
    if (named < NAMED_SHARE || share(/^https?:/) > 0.5) return undefined
    const step = Math.max(1, Math.floor(cells.length / TRIED_FILES))
    const tried = cells.filter((_, index) => index % step === 0).slice(0, TRIED_FILES)
    const found = await countFiles(tried)
    if (found === 0) return undefined
    return {
      reason:
        `${percent(named)} of the cells end like image files (${quoteSome(cells, 1)}), ` +
        `and ${found} of ${tried.length} tried exist`,
      weight: found / tried.length,
    }
  },
}

/** Image names without images: said apart, because a wrong folder is the usual cause. */
export const absentImages: KindRule = {
  kind: 'ignore',
  judge: ({ cells, share }) =>
    share(IMAGE_FILE) < NAMED_SHARE
      ? undefined
      : { reason: `the cells look like image files (${quoteSome(cells, 1)}), but none is there` },
}
