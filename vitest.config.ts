import { defineConfig } from 'vitest/config'

import WholeProgramsFirst from './test/support/whole-programs-first.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    // For tests that import ONNX Runtime itself; Medley turns its telemetry off without it.
    env: { ORT_DISABLE_TELEMETRY: '1' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: native kernels are threaded already.
    maxWorkers: 2,
    // Modules are loaded once per worker, not once per file: a third of the time. A test gives back what it changes in
    // `process.env` (`vi.stubEnv`), and no module keeps state between calls.
    isolate: false,
    sequence: { sequencer: WholeProgramsFirst },
  },
})
