#!/usr/bin/env node
// CommonJS, because loading a module starts Node's thread pool, whose size must be known before: pictures are decoded
// in it, one per core.
'use strict'
const { availableParallelism } = require('node:os')

process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()))
import('../dist/cli/main.js')
