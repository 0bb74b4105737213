// A peer for bench/step.ts written in JavaScript: step.py's protocol, with libraries from a folder that is named on the
// command line, because they are no dependencies of this project.
/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment,
   @typescript-eslint/no-unsafe-call -- the libraries are not installed with this project, so
   their types are unknown here. */
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

import { readSafetensors } from './medley-files.mjs'

// Answers have stdout for themselves, whatever a library has to say.
console.log = console.error

const answer = (message) => void process.stdout.write(`${JSON.stringify(message)}\n`)

const serve = async ({ name, step }) => {
  answer({ ready: true, name })
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, count] = line.split(' ')
    if (word !== 'step') break
    const seconds = []
    let result = null
    for (let index = 0; index < Number(count); index++) {
      const start = performance.now()
      result = await step()
      seconds.push((performance.now() - start) / 1000)
    }
    answer({ seconds, result })
  }
}

const main = async () => {
  const { values } = parseArgs({
    options: {
      framework: { type: 'string' },
      /** A folder that has a node_modules. */
      modules: { type: 'string' },
      network: { type: 'string' },
      shared: { type: 'string' },
      dropout: { type: 'string' },
      threads: { type: 'string', default: '1' },
    },
  })
  const { framework, modules, network, shared } = values
  const tensors = Object.entries(readSafetensors(shared))
  const prefix = 'inputs/'
  const inputs = tensors
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, tensor]) => [name.slice(prefix.length), tensor])
  const { prepare } = await import(`./${framework}-step.mjs`)
  await serve(
    await prepare({
      network,
      dropout: Number(values.dropout),
      threads: Number(values.threads),
      load: createRequire(join(resolve(modules), 'package.json')),
      stored: Object.fromEntries(tensors.filter(([name]) => !name.startsWith(prefix))),
      inputs: Object.fromEntries(inputs),
    }),
  )
}

try {
  await main()
} catch (error) {
  // The bench shows the last line; Node puts its version there.
  process.stderr.write(`${String(error).split('\n')[0]}\n`)
  process.exitCode = 1
}
// Threads of a library would keep the process alive.
process.exit()
