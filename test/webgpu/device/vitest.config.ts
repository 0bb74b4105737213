// The second test runner of `webgpu.test.ts`.
import { resolve } from 'node:path'

import { defineConfig } from 'vitest/config'

/** A whole run, where the nodes go, and every row of every operator take minutes on a software device. */
const files = process.env['MEDLEY_WEBGPU'] === 'all' ? '*' : '{operators,training}'

export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, '../../..'),
    include: [`test/webgpu/device/${files}.gpu.ts`],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    // A software device has all cores to itself.
    maxWorkers: 1,
  },
})
