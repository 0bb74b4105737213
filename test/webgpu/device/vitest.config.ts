// The second test runner of `webgpu.test.ts`.
import { resolve } from 'node:path'

import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../../..'),
    include: ['test/webgpu/device/*.gpu.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    // A software device has all cores to itself.
    maxWorkers: 1,
  },
})
