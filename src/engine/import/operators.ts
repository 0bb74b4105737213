// Which operators and operator sets can be imported, and what to say about the others.
import { onnxErrors } from '../onnx/errors.ts'
import { normalDomain } from '../onnx/opsets.ts'
import { nodeLabel } from '../onnx/types.ts'
import { converterOf, importableOperators } from './converters/index.ts'
import { showNames } from './patterns.ts'
import { similarNames } from './similar.ts'

import type { OnnxModel, OnnxNode } from '../onnx/types.ts'

/** Before it, broadcasting was an attribute. */
export const FIRST_OPSET = 7
/** Opset 22 added element types only. */
export const LAST_OPSET = 22

/** @throws onnx.opset-version */
export const opsetOf = ({ opsets }: OnnxModel): number => {
  const version = opsets.find(({ domain }) => normalDomain(domain) === '')?.version ?? 0
  if (version < FIRST_OPSET || version > LAST_OPSET)
    throw onnxErrors.error('opset-version', { version, first: FIRST_OPSET, last: LAST_OPSET })
  return version
}

const SIMILAR_COUNT = 5

/** Refuses the first operator that cannot be imported, before anything is built. */
export const checkOperators = (nodes: readonly OnnxNode[], opset: number): void => {
  for (const node of nodes) {
    const domain = normalDomain(node.domain)
    if (domain === '' && converterOf(node.op)) continue
    throw onnxErrors.error('operator', {
      where: nodeLabel(node),
      operator: domain === '' ? `${node.op} (operator set ${opset})` : `${domain}.${node.op}`,
      similar: similarNames(node.op, importableOperators, SIMILAR_COUNT).join(', '),
      before: showNames(node.inputs.filter((name) => name !== '')),
    })
  }
}
