// How intervals are made: by bootstrap, with as many resamples as the data allow.

const RESAMPLES = 1000
/** Large data gets fewer resamples: its intervals are narrow anyway. This many cells take about a second per statistic. */
const CELLS_PER_STATISTIC = 50_000_000
const FEWEST_RESAMPLES = 100
const LEVEL = 0.95

/** Bootstrap options for predictions of so many cells. */
export const resampling = (
  cells: number,
  seed: number,
): { readonly seed: number; readonly level: number; readonly samples: number } => ({
  seed,
  level: LEVEL,
  samples: Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(CELLS_PER_STATISTIC / cells))),
})
