// The fusion table: one file per fusion, one line here.
import * as z from 'zod'

import { concatSettings, fuseByConcat } from './concat.ts'
import { fuseBySum, sumSettings } from './sum.ts'

import type { Network } from '../engine/nn/network.ts'
import type { Branch, Fused, FusionContext } from './fuse.ts'

export const fusionSettings = z.discriminatedUnion('kind', [concatSettings, sumSettings])
export type FusionSettings = z.infer<typeof fusionSettings>

type FusionTable = {
  readonly [Kind in FusionSettings['kind']]: (
    network: Network,
    branches: readonly Branch[],
    settings: Extract<FusionSettings, { kind: Kind }>,
    context: FusionContext,
  ) => Fused
}

const fusions: FusionTable = { concat: fuseByConcat, sum: fuseBySum }

export const fuse = (
  network: Network,
  branches: readonly Branch[],
  settings: FusionSettings,
  context: FusionContext,
): Fused => {
  // The table's key and the settings' kind are one and the same; TypeScript cannot follow that through a union.
  const fusion = fusions[settings.kind] as (
    network: Network,
    branches: readonly Branch[],
    settings: FusionSettings,
    context: FusionContext,
  ) => Fused
  return fusion(network, branches, settings, context)
}
