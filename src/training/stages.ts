// Which networks an experiment trains, one after the other, and with which settings.
import { rowsForPictures } from '../experiment/pictures.ts'
import { branchSpec, jointSpec } from '../model/network.ts'

import type { Experiment } from '../experiment/schema.ts'
import type { NetworkSpec } from '../model/network.ts'

export interface Stage {
  readonly stage: string
  readonly spec: NetworkSpec
}

export const stagesOf = (experiment: Experiment): readonly Stage[] =>
  experiment.fusion.recipe === 'joint'
    ? [{ stage: 'joint', spec: jointSpec(experiment) }]
    : Object.keys(experiment.inputs).map((name) => ({
        stage: name,
        spec: branchSpec(experiment, name),
      }))

/** The one input of a network that has no other. */
export const onlyInput = ({ inputs }: NetworkSpec): string | undefined => {
  const [name, ...others] = Object.keys(inputs)
  return others.length > 0 ? undefined : name
}

/** A stage of one input may have training settings of its own. */
export const stageExperiment = (experiment: Experiment, spec: NetworkSpec): Experiment => {
  const name = onlyInput(spec)
  const own = name === undefined ? {} : (spec.inputs[name]!.training ?? {})
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
  return { ...experiment, training: { ...experiment.training, ...given } }
}

/** Rows that go through the network at once. Memory goes by pictures: of rows with several of them, fewer do. */
export const microBatchOf = ({ training }: Experiment, { inputs }: NetworkSpec): number =>
  rowsForPictures(training.microBatch, Object.values(inputs))
