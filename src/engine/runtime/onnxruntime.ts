// ONNX Runtime as all of Medley uses it: nobody imports the package itself, because its telemetry has to be off first.
import './no-telemetry.ts'

export * from 'onnxruntime-node'
