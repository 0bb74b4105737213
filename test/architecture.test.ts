// The house rules as a test: who may import whom, no cycles, no giant files.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../src')
const MAX_LINES = 600

/** Folder -> folders it may import, besides itself and `base`. */
const allowed: Record<string, readonly string[]> = {
  base: [],
  files: [],
  'engine/onnx': [],
  'engine/jit': [],
  'engine/kernels': ['engine/jit'],
  'engine/graph': ['engine/onnx', 'engine/kernels'],
  'engine/nn': ['engine/graph'],
  'engine/runtime': ['engine/onnx', 'engine/kernels'],
  'engine/import': ['engine/onnx', 'engine/graph', 'engine/nn'],
  metrics: [],
  data: ['files'],
  encoders: ['engine/nn', 'engine/graph', 'data'],
  fusion: ['engine/nn', 'engine/graph', 'data'],
  experiment: ['encoders', 'fusion', 'data'],
  model: ['experiment', 'encoders', 'fusion', 'engine/*', 'data', 'metrics', 'files'],
  run: ['experiment', 'model', 'files'],
  samples: ['data', 'files'],
  download: ['files'],
  sources: ['data', 'files', 'download'],
  training: ['run', 'model', 'fusion', 'data', 'engine/*', 'metrics', 'experiment', 'files'],
  evaluation: ['run', 'model', 'data', 'engine/*', 'metrics', 'experiment', 'files'],
  report: ['evaluation', 'run', 'model', 'metrics'],
  workflows: ['*'],
  cli: ['workflows', 'server', 'report'],
}

/** The public entries of the package stand above all rooms. */
const isEntry = (room: string): boolean => room.endsWith('.ts')

const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join(root, file))

const roomOf = (file: string): string => {
  const parts = relative(root, file).split('/')
  return parts[0] === 'engine' && parts.length > 2 ? `engine/${parts[1]!}` : parts[0]!
}

const importsOf = (file: string): { target: string; typeOnly: boolean }[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"](\.[^'"]+)['"]|^import\s+['"](\.[^'"]+)['"]/gm,
    ),
  ].map((match) => ({
    target: resolve(dirname(file), (match[2] ?? match[3])!),
    typeOnly: match[1] !== undefined,
  }))

const mayImport = (from: string, to: string): boolean => {
  if (from === to || to === 'base' || isEntry(from)) return true
  return (allowed[from] ?? []).some(
    (pattern) =>
      pattern === '*' || pattern === to || (pattern === 'engine/*' && to.startsWith('engine/')),
  )
}

describe('architecture', () => {
  test('every folder is a known room', () => {
    const unknown = new Set(
      sources.map(roomOf).filter((room) => !isEntry(room) && !(room in allowed)),
    )
    expect([...unknown]).toEqual([])
  })

  test('rooms import only what the house plan allows', () => {
    const offences = sources
      // Tests may use what they test against from anywhere.
      .filter((file) => !file.endsWith('.test.ts') && !file.includes('/testing/'))
      .flatMap((file) =>
        importsOf(file)
          .filter(({ target }) => !mayImport(roomOf(file), roomOf(target)))
          .map(({ target }) => `${relative(root, file)} -> ${relative(root, target)}`),
      )
    expect(offences).toEqual([])
  })

  test('ONNX Runtime is imported in one place, where its telemetry is off', () => {
    const importers = sources
      .filter((file) => !file.endsWith('.test.ts'))
      .filter((file) => readFileSync(file, 'utf8').includes("from 'onnxruntime-node'"))
      .map((file) => relative(root, file))
    expect(importers).toEqual([join('engine', 'runtime', 'onnxruntime.ts')])
  })

  test('no import cycles', () => {
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return
      if (state.get(file) === 'open') {
        cycles.push(
          [...path.slice(path.indexOf(file)), file]
            .map((name) => relative(root, name))
            .join(' -> '),
        )
        return
      }
      state.set(file, 'open')
      for (const { target, typeOnly } of importsOf(file))
        if (!typeOnly) visit(target, [...path, file])
      state.set(file, 'done')
    }
    for (const file of sources) visit(file, [])
    expect(cycles).toEqual([])
  })

  test(`no file over ${MAX_LINES} lines`, () => {
    const giants = sources
      .map((file) => ({
        file: relative(root, file),
        lines: readFileSync(file, 'utf8').split('\n').length,
      }))
      .filter(({ lines }) => lines > MAX_LINES)
    expect(giants).toEqual([])
  })
})
