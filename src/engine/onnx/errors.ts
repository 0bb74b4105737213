// What can be wrong with an ONNX model: damaged bytes, parts Medley does not read, graphs that are not well formed.
import { errorTable } from '../../base/errors.ts'

export const onnxErrors = errorTable('onnx', {
  damaged: {
    exit: 2,
    http: 400,
    message: 'this is not a readable ONNX model: {reason}',
    fix: 'Download or export the model again.',
  },
  'too-deep': {
    exit: 2,
    http: 400,
    message: 'the ONNX model nests its parts more than {limit} levels deep',
    fix: 'Use a model from a trustworthy source; real models nest fewer than ten levels.',
  },
  'too-large': {
    exit: 1,
    http: 413,
    message: 'the ONNX model would need {size} bytes, but the format ends at {limit}',
    fix: 'Use fewer or smaller weights.',
  },
  'external-data': {
    exit: 2,
    http: 400,
    message: 'tensor "{tensor}" keeps its values in another file',
    fix: 'Save the model again as one file, with the weights inside.',
  },
  'tensor-size': {
    exit: 2,
    http: 400,
    message: 'tensor "{tensor}" of shape [{shape}] needs {expected} values, but has {received}',
    fix: 'Export the model again.',
  },
  'tensor-type': {
    exit: 2,
    http: 400,
    message: 'tensor "{tensor}" has element type {type}, which Medley does not read',
    fix: 'Export the model with float32, float64, float16, int64, int32, int8, uint8 or bool values.',
  },
  unsupported: {
    exit: 2,
    http: 400,
    message: '{where} uses {what}, which Medley does not read',
    fix: 'Export the model without it.',
  },
  'duplicate-name': {
    exit: 2,
    http: 400,
    message: '{where} defines the name "{name}" a second time',
    fix: 'Give every value of a graph its own name.',
  },
  'undefined-input': {
    exit: 2,
    http: 400,
    message: '{where} reads "{name}", which nothing before it defines',
    fix: 'Put the node that makes the value first, or make the value a graph input.',
  },
  'undefined-output': {
    exit: 2,
    http: 400,
    message: '{where} has the output "{name}", which no node of it makes',
    fix: 'Name an existing value; add an Identity node for a value of an outer graph.',
  },
  'output-type': {
    exit: 2,
    http: 400,
    message: 'the graph output "{name}" has type {type}, which JavaScript cannot hold',
    fix: 'Add a Cast node before the output and declare its type.',
  },
  opset: {
    exit: 2,
    http: 400,
    message: '{where} uses the operator domain "{domain}", which the model does not import',
    fix: 'Add the domain to the opsets of the model.',
  },
})
