// The examples of the engine, as a user would run them: a process of its own that imports the built package.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

import ts from 'typescript'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const examples = join(root, 'examples/engine')
const MAX_LINES = 20

const codeLines = (source: string): readonly string[] =>
  source
    .replaceAll(/^import .*$/gm, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('//'))

const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext }

/** Runs an example without its types, which Node 20 cannot read, from inside the package, whose name it imports. */
const run = (name: string): { readonly status: number | null; readonly output: string } => {
  mkdirSync(join(root, 'build'), { recursive: true })
  const folder = mkdtempSync(join(root, 'build', 'example-'))
  try {
    const source = readFileSync(join(examples, name), 'utf8')
    const { outputText } = ts.transpileModule(source, { compilerOptions: options })
    writeFileSync(join(folder, 'example.mjs'), outputText)
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(folder, 'example.mjs'), join(folder, 'model.onnx')],
      { encoding: 'utf8' },
    )
    return { status, output: stdout + stderr }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the page about the engine shows them as they are', () => {
  const page = readFileSync(join(root, 'docs/concepts/engine.md'), 'utf8')
  for (const name of readdirSync(examples))
    expect(page).toContain(readFileSync(join(examples, name), 'utf8').trimEnd())
})

test.each(readdirSync(examples))('%s is short, runs, and its loss falls', (name) => {
  expect(codeLines(readFileSync(join(examples, name), 'utf8')).length).toBeLessThanOrEqual(
    MAX_LINES,
  )
  const { status, output } = run(name)
  expect(status, output).toBe(0)
  const losses = [...output.matchAll(/loss ([\d.]+)/g)].map((match) => Number(match[1]))
  expect(losses).toHaveLength(4)
  expect(losses.at(-1)).toBeLessThan(losses[0]! / 2)
})
