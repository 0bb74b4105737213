import { defineConfig } from 'vitest/config'

import WholeProgramsFirst from './test/support/whole-programs-first.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './test/support/closing-line-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores: native kernels are threaded already.
    maxWorkers: 2,
    sequence: { sequencer: WholeProgramsFirst },
  },
})
