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
    fix: 'Give the path of the model instead of its bytes, or save it again as one file.',
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
  unreadable: {
    exit: 2,
    http: 404,
    message: 'the model file cannot be read: {reason}',
    fix: 'Check the path and its permissions.',
  },
  'external-path': {
    exit: 2,
    http: 400,
    message:
      'tensor "{tensor}" points to {location}, which is not a file inside the folder of the model',
    fix: 'Put the weights beside the model, under the name that the model gives.',
  },
  'external-size': {
    exit: 2,
    http: 400,
    message: 'tensor "{tensor}" needs bytes {from} to {to} of {location}, which has {size}',
    fix: 'Copy or export the model and its weights again; they do not belong together.',
  },
  'declared-size': {
    exit: 2,
    http: 400,
    message: '"{name}" is declared with the shape [{shape}], more than {limit} elements',
    fix: 'Use a model from a trustworthy source, or export it with real sizes.',
  },
  'opset-version': {
    exit: 2,
    http: 400,
    message: 'the model uses operator set {version}; Medley imports {first} to {last}',
    fix: 'Export the model again with one of these; 17 to 20 are best.',
  },
  operator: {
    exit: 2,
    http: 400,
    message: '{where} uses an operator that Medley does not import: {operator}',
    fix: 'Similar ones that it does: {similar}. Or end the import before it, with outputs such as {before}.',
  },
  node: {
    exit: 2,
    http: 400,
    message: '{where} cannot be imported: {reason}',
    fix: 'Export the model without it, or end the import before it with the option outputs.',
  },
  'open-size': {
    exit: 2,
    http: 400,
    message: 'the size "{size}" is known only while the model runs',
    fix: 'Export the model with fixed sizes, apart from the batch.',
  },
  'unknown-value': {
    exit: 2,
    http: 400,
    message: 'the model has no {kind} "{name}"',
    fix: 'Use one of: {names}.',
  },
  'input-shape': {
    exit: 2,
    http: 400,
    message: 'the input "{name}" of the model is {declared}; got {got}',
    fix: 'Give a tensor of that element type and number of dimensions.',
  },
  'pattern-unmatched': {
    exit: 2,
    http: 400,
    message: 'no parameter of the model is called {pattern}',
    fix: 'The parameters are: {names}.',
  },
  'name-taken': {
    exit: 2,
    http: 400,
    message: 'the network already has something else called "{name}"',
    fix: 'Import the model under another name.',
  },
})
