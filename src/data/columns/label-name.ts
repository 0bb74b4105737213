// Names that people give to columns of labels.

const LABEL_NAME =
  /^(.*[_\s-])?(labels?|genres?|tags?|categor(y|ies)|class(es)?|targets?|topics?|keywords?)$/i
const SURE_NAME = /^(labels?|genres?|targets?|y)$/i

/** How sure a column's name is that it holds labels: 0, 1 or 2. */
export const labelNameWeight = (name: string): number =>
  SURE_NAME.test(name.trim()) ? 2 : LABEL_NAME.test(name.trim()) ? 1 : 0
