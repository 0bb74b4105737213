// Where the pictures of a table are: a folder that paths start from, and what addresses stand for once somebody has
// fetched them. Plain data and one function, so that nothing in here can reach a network.
export interface ImageSources {
  /** Paths may not leave it; undefined takes paths as they are. */
  readonly folder: string | undefined
  /**
   * The file that was fetched from an address, as `imageAddresses` gives it.
   *
   * @throws a MedleyError that says why there is none
   */
  readonly fetched: (address: string) => string
}

/** A plain folder fetches nothing: addresses are pictures that are not there. */
export type ImageRoot = string | ImageSources | undefined
