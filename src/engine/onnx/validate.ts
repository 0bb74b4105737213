// Is a model well formed? The rules of ONNX about names (single assignment, inputs defined before use, outputs made)
// and one rule of ours: the outputs must have types that a JavaScript process survives. Operators' own rules are
// left to ONNX Runtime.
import { onnxErrors } from './errors.ts'
import { allNodes, normalDomain } from './opsets.ts'
import { nodeLabel } from './types.ts'

import type { ElementType } from './element-types.ts'
import type { OnnxGraph, OnnxModel, OnnxValue } from './types.ts'

/** Elements smaller than a byte: ONNX Runtime's Node binding aborts the whole process on such an output. */
const fatalOutputTypes: ReadonlySet<ElementType> = new Set<ElementType>([
  'int4',
  'uint4',
  'int2',
  'uint2',
  'float4e2m1',
])

/** Real models nest a loop in a branch in a loop; each level costs ONNX Runtime a good deal of its stack. */
const MAX_SUBGRAPH_DEPTH = 16

/** Nothing that runs on one machine is larger, and products beyond it overflow in other people's code. */
const MAX_ELEMENTS = 2 ** 31 - 1
const MAX_RANK = 64

/** How many enclosing graphs define a name. One shared map, because copies per subgraph could be made to cost n^2. */
type Scope = Map<string, number>

const checkDeclaredShape = ({ name, shape = [] }: OnnxValue): void => {
  const elements = shape.reduce<number>(
    (total, size) => total * (typeof size === 'number' ? Math.max(1, size) : 1),
    1,
  )
  if (elements > MAX_ELEMENTS || shape.length > MAX_RANK)
    throw onnxErrors.error('declared-size', {
      name,
      shape: shape.slice(0, 8).join(', ') + (shape.length > 8 ? ', ...' : ''),
      limit: MAX_ELEMENTS,
    })
}

const checkGraph = (graph: OnnxGraph, scope: Scope, depth = 0): void => {
  if (depth > MAX_SUBGRAPH_DEPTH) throw onnxErrors.error('too-deep', { limit: MAX_SUBGRAPH_DEPTH })
  const where = `graph "${graph.name}"`
  for (const value of [...graph.inputs, ...graph.outputs, ...(graph.values ?? [])])
    checkDeclaredShape(value)
  const own = new Set<string>()
  const define = (name: string): void => {
    if (own.has(name)) return
    own.add(name)
    scope.set(name, (scope.get(name) ?? 0) + 1)
  }
  for (const { name } of graph.inputs) {
    if (own.has(name)) throw onnxErrors.error('duplicate-name', { where, name })
    define(name)
  }
  // An initializer may be the default of an input of the same name.
  for (const name of graph.initializers.keys()) define(name)
  for (const node of graph.nodes) {
    const label = nodeLabel(node)
    for (const name of node.inputs)
      if (name !== '' && !scope.has(name))
        throw onnxErrors.error('undefined-input', { where: label, name })
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph') checkGraph(attribute.value, scope, depth + 1)
    for (const name of node.outputs) {
      if (name === '') continue
      if (scope.has(name)) throw onnxErrors.error('duplicate-name', { where: label, name })
      define(name)
    }
  }
  const made = new Set<string>()
  for (const { name } of graph.outputs) {
    if (!own.has(name)) throw onnxErrors.error('undefined-output', { where, name })
    if (made.has(name)) throw onnxErrors.error('duplicate-name', { where, name })
    made.add(name)
  }
  for (const name of own) {
    const count = scope.get(name)! - 1
    if (count === 0) scope.delete(name)
    else scope.set(name, count)
  }
}

const checkOutputTypes = (graph: OnnxGraph): void => {
  for (const { name, type } of graph.outputs)
    // ONNX Runtime infers a missing type, which may be one of the fatal ones.
    if (type === undefined || fatalOutputTypes.has(type))
      throw onnxErrors.error('output-type', { name, type: type ?? 'unknown' })
}

const checkOpsets = ({ graph, opsets }: OnnxModel): void => {
  const imported = new Set<string>()
  for (const { domain } of opsets) {
    const name = normalDomain(domain)
    if (imported.has(name))
      throw onnxErrors.error('duplicate-name', { where: 'the list of operator sets', name })
    imported.add(name)
  }
  for (const node of allNodes(graph))
    if (!imported.has(normalDomain(node.domain)))
      throw onnxErrors.error('opset', { where: nodeLabel(node), domain: node.domain })
}

/** Throws the first problem as an `onnx.*` error that names the node and the value; returns if there is none. */
export const validateModel = (model: OnnxModel): void => {
  checkOpsets(model)
  checkGraph(model.graph, new Map())
  checkOutputTypes(model.graph)
}
