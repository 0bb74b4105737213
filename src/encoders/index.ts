// The encoder tables: one file per encoder, one line here. Each kind of input has its own table.
import * as z from 'zod'

import { convSettings, encodeConv, smallestSideOfConv } from './image/conv.ts'
import { convnormSettings, encodeConvnorm } from './image/convnorm.ts'
import { encodeMlp, mlpSettings } from './table/mlp.ts'
import { bagSettings, encodeBag } from './text/bag.ts'
import { encodeLstm, lstmSettings } from './text/lstm.ts'

import type { Encoded, EncoderInput } from './encoder.ts'
import type { Network } from '../engine/nn/network.ts'

export const imageEncoderSettings = z.discriminatedUnion('kind', [convSettings, convnormSettings])
export const textEncoderSettings = z.discriminatedUnion('kind', [lstmSettings, bagSettings])

/** A union of one so far. */
export const tableEncoderSettings = z.discriminatedUnion('kind', [mlpSettings])

export type ImageEncoderSettings = z.infer<typeof imageEncoderSettings>
export type TextEncoderSettings = z.infer<typeof textEncoderSettings>
export type TableEncoderSettings = z.infer<typeof tableEncoderSettings>
export type EncoderSettings = ImageEncoderSettings | TextEncoderSettings | TableEncoderSettings

type EncoderTable = {
  readonly [Kind in EncoderSettings['kind']]: (
    network: Network,
    input: EncoderInput,
    settings: Extract<EncoderSettings, { kind: Kind }>,
  ) => Encoded
}

const encoders: EncoderTable = {
  conv: encodeConv,
  convnorm: encodeConvnorm,
  lstm: encodeLstm,
  bag: encodeBag,
  mlp: encodeMlp,
}

/** The narrowest picture that an image encoder can take, in pixels. */
export const smallestSide = (settings: ImageEncoderSettings): number =>
  settings.kind === 'conv' ? smallestSideOfConv(settings) : 1

/** How a text encoder wants its tokens: words in order, or the set of words and pairs. */
export const textModes: Readonly<Record<TextEncoderSettings['kind'], 'sequence' | 'bag'>> = {
  lstm: 'sequence',
  bag: 'bag',
}

export const encode = (
  network: Network,
  input: EncoderInput,
  settings: EncoderSettings,
): Encoded => {
  // The table's key and the settings' kind are one and the same; TypeScript cannot follow that through a union.
  const encoder = encoders[settings.kind] as (
    network: Network,
    input: EncoderInput,
    settings: EncoderSettings,
  ) => Encoded
  return encoder(network, input, settings)
}
