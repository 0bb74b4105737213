// Names of inputs. They are names in the store, in graphs and in the model file, where other things have names too: none may
// be taken twice.
import { experimentErrors } from './errors.ts'
import { picturesPerRow } from './pictures.ts'

import type { Experiment } from './schema.ts'

/** Name of the model input that says which rows have the input. */
export const presentName = (input: string): string => `${input}_present`

/** Name of the model input that says which pictures of a row are there, where rows have several. */
export const slotsName = (input: string): string => `${input}_slots`

/** All names that an input may have in graphs: a later wish may be for several pictures. */
export const formsOf = (input: string): readonly string[] => [
  input,
  presentName(input),
  slotsName(input),
]

/** What fusions by layers begin the names of their parameters with. */
const FUSION = 'fusion'

/** What graphs read and give besides inputs; names with . and / are not listed, because no input has these characters. */
const GRAPH_NAMES = [
  'labels',
  ...['logits', 'scores', 'embedding'],
  ...['loss', 'fused_loss', 'gradient_norm'],
  ...['share', 'learning_rate', 'step_size', 'second_correction', 'decay', 'average_share'],
] as const

export const RESERVED_NAMES: readonly string[] = [...GRAPH_NAMES, FUSION]

/** What is wrong with the name of an input, where `taken` says whose the names of those before are. */
const faultOf = (
  name: string,
  { inputs, fusion }: Pick<Experiment, 'inputs' | 'fusion'>,
  taken: Map<string, string>,
): string | undefined => {
  if (name === '') return 'it is empty'
  if (/[./]/.test(name)) return 'the names of parameters have . and /, so those of inputs cannot'
  if (name === FUSION && fusion.recipe === 'joint' && fusion.settings.kind === 'concat')
    return 'the parameters of the fusion begin with it'
  const forms = [
    name,
    presentName(name),
    ...(picturesPerRow(inputs[name]!) > 1 ? [slotsName(name)] : []),
  ]
  for (const form of forms) {
    const owner = taken.get(form)
    if (owner !== undefined) return `${form} is ${owner} already`
    taken.set(form, `a name of the input ${name}`)
  }
  return undefined
}

/**
 * Input names that an experiment gives must not meet each other, nor what graphs have besides them.
 *
 * @throws experiment.input-name
 */
export const assertInputNames = (
  experiment: Pick<Experiment, 'inputs' | 'fusion'>,
  file?: string,
): void => {
  const refuse = (name: string, reason: string): Error =>
    experimentErrors.error('input-name', { name, reason }, { file })
  const taken = new Map<string, string>(
    GRAPH_NAMES.map((name) => [name, 'a name that every network has']),
  )
  for (const name of Object.keys(experiment.inputs)) {
    const reason = faultOf(name, experiment, taken)
    if (reason !== undefined) throw refuse(name, reason)
  }
  const cells = new Set<string>()
  for (const [name, input] of Object.entries(experiment.inputs))
    for (const cell of input.kind === 'table' ? input.fields.map((field) => field.name) : [name]) {
      if (cells.has(cell)) throw refuse(cell, 'two inputs or fields of tables have it')
      cells.add(cell)
    }
}
