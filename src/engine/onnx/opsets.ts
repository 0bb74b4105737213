// Which operator sets a model imports. Medley writes opset 20: the newest whose operators all its devices know.
import type { OnnxGraph, OnnxModel, OnnxNode, Opset } from './types.ts'

/** ONNX Runtime's own operators, such as FusedMatMul. */
export const MICROSOFT_DOMAIN = 'com.microsoft'

const STANDARD_OPSET = 20
const MICROSOFT_OPSET = 1
/** Any version from 4 on lets weights stand outside the graph inputs; 10 is understood since ONNX Runtime 1.18. */
const IR_VERSION = 10

/** The standard domain has two spellings. */
export const normalDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain)

/** All nodes of a graph and of the subgraphs in their attributes. */
export function* allNodes(graph: OnnxGraph): Generator<OnnxNode> {
  for (const node of graph.nodes) {
    yield node
    for (const attribute of Object.values(node.attributes))
      if (attribute.kind === 'graph') yield* allNodes(attribute.value)
  }
}

const opsetsOf = (graph: OnnxGraph): Opset[] => {
  const standard = { domain: '', version: STANDARD_OPSET }
  for (const { domain } of allNodes(graph))
    if (domain === MICROSOFT_DOMAIN)
      return [standard, { domain: MICROSOFT_DOMAIN, version: MICROSOFT_OPSET }]
  return [standard]
}

/** Makes a model of a graph, importing the operator sets its nodes use. */
export const modelOf = (
  graph: OnnxGraph,
  { metadata = new Map() }: { metadata?: ReadonlyMap<string, string> } = {},
): OnnxModel => ({
  irVersion: IR_VERSION,
  opsets: opsetsOf(graph),
  producerName: 'medley',
  producerVersion: '',
  metadata,
  graph,
})
