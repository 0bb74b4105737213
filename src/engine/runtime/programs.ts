// What the engine's worker does, on any device: programs that read and replace one state.
import { openHostPrograms } from './programs-host.ts'
import { openWebgpuPrograms } from './programs-webgpu.ts'

import type { Device } from './session-options.ts'
import type { RunOptions, Tensors, WorkerPlan } from './protocol.ts'

export interface Programs {
  /** Runs a program on state and feeds; keeps `next/<state>` and returns the other outputs. */
  run(program: string, feeds: Tensors, options?: RunOptions): Promise<Tensors>
  /** Copies of state tensors, all of them by default. */
  read(names?: readonly string[]): Promise<Tensors>
  /** State tensors, which are zero afterwards. */
  drain(names: readonly string[]): Promise<Tensors>
  write(state: Tensors): Promise<void>
  close(): Promise<void>
}

/** `onOpen` is told which program is opened next. */
export type OpenPrograms = (
  plan: WorkerPlan,
  onOpen: (program: string) => void,
) => Promise<Programs>

/** CUDA keeps the state in the memory of the host: ONNX Runtime's binding for Node knows no tensors on such a device. */
const openers: Readonly<Record<Device, OpenPrograms>> = {
  cpu: openHostPrograms,
  avx512: openHostPrograms,
  cuda: openHostPrograms,
  webgpu: openWebgpuPrograms,
}

/** @throws runtime.graph-refused */
export const openPrograms: OpenPrograms = (plan, onOpen) =>
  openers[plan.session.device ?? 'cpu'](plan, onOpen)
