// What kind of answer a model gives. Every task is a matrix of outputs to the network: what they mean is told here.

export const tasks = ['multi-label', 'multi-class', 'binary', 'ordinal', 'regression'] as const
export type Task = (typeof tasks)[number]

/**
 * Outputs of a network. Binary has one, of its second class. Ordinal has one per step between classes: is the answer above
 * the first class, above the second, ... (Frank and Hall, "A Simple Approach to Ordinal Classification", 2001).
 */
export const outputWidth = (task: Task, names: readonly string[]): number =>
  ({
    'multi-label': names.length,
    'multi-class': names.length,
    binary: 1,
    ordinal: names.length - 1,
    regression: names.length,
  })[task]

/** Numbers that a finished model gives for a row: a probability per name, of the second class, or values. */
export const scoreWidth = (task: Task, names: readonly string[]): number =>
  task === 'binary' ? 1 : names.length
